/** A Whisper model that is whole in form and empty in mind: small enough to be made for a test, with weights of nothing. */

const integers = (...values: ReadonlyArray<number>): Buffer => {
  const buffer = Buffer.alloc(4 * values.length)
  for (const [index, value] of values.entries()) buffer.writeInt32LE(value, 4 * index)
  return buffer
}

const tensor = (name: string, ...shape: ReadonlyArray<number>): Buffer =>
  Buffer.concat([
    integers(shape.length, name.length, 0, ...shape),
    Buffer.from(name),
    Buffer.alloc(4 * shape.reduce((product, size) => product * size, 1))
  ])

/** Its head, its filters, its words and two of its tensors. */
export const toyModel = (): Buffer =>
  Buffer.concat([
    integers(0x67_67_6d_6c, 51_865, 1500, 8, 1, 1, 448, 8, 1, 1, 80, 0),
    integers(80, 201),
    Buffer.alloc(4 * 80 * 201),
    integers(2, 1),
    Buffer.from("a"),
    integers(2),
    Buffer.from("bc"),
    tensor("encoder.positional_embedding", 8, 1500),
    tensor("decoder.positional_embedding", 8, 448)
  ])
