/** Forms as clients write them and as none does, and a second reading of them by Node's own parser. */
import type { Dice } from "./Dice.ts"

const owned = ["model", "stream", "priority", "routing-mode", "routing_mode"]

const values: Readonly<Record<string, ReadonlyArray<string>>> = {
  model: ["whisper", "mistral31-24b", "é/ü", ""],
  stream: ["true", "false", "1", "no"],
  priority: ["0", "5", "-3", "+2"],
  "routing-mode": ["any", "private-only"],
  routing_mode: ["any", "private-first"]
}

export interface RandomForm {
  readonly boundary: string
  readonly bytes: Buffer
}

const bytesOf = (dice: Dice, boundary: string): Buffer => {
  const pieces = [
    () => Buffer.from(Array.from({ length: dice.below(40) }, () => dice.below(256))),
    () => Buffer.from("\r\n"),
    () => Buffer.from("\r"),
    () => Buffer.from("--"),
    () => Buffer.from(`--${boundary}`),
    () => Buffer.from(`\r\n--${boundary.slice(0, -1)}`),
    () => Buffer.from(`\r\r\n-`)
  ]
  const made = Buffer.concat(Array.from({ length: dice.below(8) }, () => dice.pick(pieces)()))
  let text = made.toString("latin1")
  // What ends the data, or begins it without a line end, is not the data's.
  while (text.includes(`\r\n--${boundary}`) || text.startsWith("--")) {
    text = text.replaceAll(`\r\n--${boundary}`, "").replace(/^--/, "")
  }
  return Buffer.from(text, "latin1")
}

const head = (dice: Dice, name: string, filename?: string): string => {
  const disposition = `${dice.pick(["Content-Disposition", "content-disposition"])}: form-data; name="${name}"${
    filename === undefined ? "" : `; filename="${filename}"`
  }`
  const others = ["Content-Type: text/plain; charset=UTF-8", "Content-Type: application/octet-stream", "X-A: b"]
  const lines = dice.chance(0.3) ? [disposition, dice.pick(others)] : [disposition]
  return dice.chance(0.2) ? lines.toReversed().join("\r\n") : lines.join("\r\n")
}

export const randomForm = (dice: Dice): RandomForm => {
  const boundary = dice.pick(["----WebKitFormBoundaryA1b2C3", "x", "0123abc", "a.b-c_d'e"])
  const rest = [...owned]
  const parts = Array.from({ length: dice.below(7) }, () => {
    const kind = dice.below(10)
    if (kind < 3) return Buffer.concat([Buffer.from(`${head(dice, "file", "a.wav")}\r\n\r\n`), bytesOf(dice, boundary)])
    if (kind < 5) return Buffer.concat([Buffer.from(`${head(dice, "prompt")}\r\n\r\n`), bytesOf(dice, boundary)])
    const name = dice.chance(0.05) ? dice.pick(owned) : rest.splice(dice.below(rest.length), 1)[0] ?? "model"
    return Buffer.from(`${head(dice, name)}\r\n\r\n${dice.pick(values[name]!)}`)
  })
  const epilogue = dice.pick(["\r\n", "", "\r\nwhatever", "\r\n"])
  return {
    boundary,
    bytes: Buffer.concat([
      ...parts.flatMap((part, i) => [Buffer.from(`${i === 0 ? "" : "\r\n"}--${boundary}\r\n`), part]),
      Buffer.from(`${parts.length === 0 ? "" : "\r\n"}--${boundary}--${epilogue}`)
    ])
  }
}

export type Entries = ReadonlyArray<readonly [name: string, value: string]>

/** Every field in its order, a file by its bytes; undefined when Node refuses the form. */
export const readByNode = async (bytes: Uint8Array, contentType: string): Promise<Entries | undefined> => {
  try {
    const form = await new Response(Buffer.from(bytes), { headers: { "content-type": contentType } }).formData()
    return await Promise.all(
      Array.from(form, async ([name, value]) =>
        [
          name,
          typeof value === "string" ? value : Buffer.from(await value.arrayBuffer()).toString("latin1")
        ] as const)
    )
  } catch {
    return undefined
  }
}
