/** Inputs as hostile senders write them: fragments that mean something to a parser, put together in any order. */
import { Arbitrary, Schema } from "effect"

type Arb<A> = Arbitrary.Arbitrary<A>

const index = (count: number) =>
  Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: count - 1 })))

/** One of these, each as often as the others. */
export const oneOf = <A>(...all: ReadonlyArray<Arb<A>>): Arb<A> =>
  Arbitrary.flatMap(index(all.length), (chosen) => all[chosen]!)

export const among = <A>(values: ReadonlyArray<A>): Arb<A> => Arbitrary.map(index(values.length), (at) => values[at]!)

/** Any text at all, lone surrogates and control characters included. */
export const anyText: Arb<string> = Arbitrary.map(
  Arbitrary.array(index(0x10000), { maxLength: 12 }),
  (codes) => String.fromCharCode(...codes.map((code) => code % 3 === 0 ? code % 0x80 : code))
)

/** Fragments in any order, and now and then a text that is none. */
export const textOf = (fragments: ReadonlyArray<string>, most = 24): Arb<string> => {
  const fragment = among(fragments)
  const piece = oneOf(fragment, fragment, fragment, fragment, fragment, anyText)
  return Arbitrary.map(Arbitrary.array(piece, { maxLength: most }), (pieces) => pieces.join(""))
}

/** What a garbled or broken connection does to bytes. */
const damage = Arbitrary.all({ kind: index(5), at: index(4096), byte: index(256) })

const damaged = (bytes: Buffer, { at, byte, kind }: { kind: number; at: number; byte: number }): Buffer => {
  const place = at % (bytes.length + 1)
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)]
  switch (kind) {
    case 0:
      return before
    case 1:
      return Buffer.concat([before, Buffer.of(byte), after])
    case 2:
      return Buffer.concat([before, after.subarray(1)])
    case 3:
      return Buffer.concat([before, Buffer.of(byte), after.subarray(1)])
    default:
      return Buffer.concat([before, after.subarray(0, byte), after])
  }
}

/** The bytes of a text, whole or damaged once or twice. */
export const bytesOf = (text: Arb<string>, encoding: BufferEncoding = "utf8"): Arb<Buffer> =>
  Arbitrary.map(
    Arbitrary.all([text, Arbitrary.array(damage, { maxLength: 2 })]),
    ([text, damages]) => damages.reduce(damaged, Buffer.from(text, encoding))
  )

/** Where to cut, as any numbers: they are taken modulo the length. */
export const cuts: Arb<ReadonlyArray<number>> = Arbitrary.array(index(4096), { maxLength: 6 })

/** The same bytes in pieces, each a buffer of its own; empty ones among them. */
const pieces = (bytes: Buffer, at: ReadonlyArray<number>): Array<Buffer> => {
  const places = at.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b)
  return [0, ...places].map((start, i) => Buffer.from(bytes.subarray(start, places[i] ?? bytes.length)))
}

const shortest = 40

/** Every way to cut that is tried: not at all, after every byte, where the cuts say, and of short ones each in two. */
export const splits = (bytes: Buffer, at: ReadonlyArray<number>): Array<Array<Buffer>> => [
  [bytes],
  Array.from(bytes, (byte) => Buffer.of(byte)),
  pieces(bytes, at),
  ...(bytes.length > shortest ? [] : Array.from({ length: bytes.length }, (_, place) => pieces(bytes, [place])))
]

/** One input in many sizes: `unit` again and again between two ends. */
export interface Pumped {
  readonly before: string
  readonly unit: string
  readonly after: string
}

/** So that a unit alone, and one after what makes a parser expect it, are both tried. */
export const pumped = (fragments: ReadonlyArray<string>): Arb<Pumped> => {
  const some = (most: number, minLength: number) =>
    Arbitrary.map(Arbitrary.array(among(fragments), { maxLength: most, minLength }), (pieces) => pieces.join(""))
  return Arbitrary.filter(
    Arbitrary.all({ before: some(3, 0), unit: some(3, 1), after: some(2, 0) }),
    ({ unit }) => unit !== ""
  )
}

/** About so many characters. */
export const inflated = ({ after, before, unit }: Pumped, length: number): string =>
  before + unit.repeat(Math.ceil(length / unit.length)) + after

/** Names that every object answers to, whether or not anybody gave them to it. */
export const inherited = ["constructor", "__proto__", "toString", "valueOf", "hasOwnProperty"]

/** What a reader of JSON pays heed to. */
export const json = ["{", "}", "[", "]", ",", ":", "\""]
