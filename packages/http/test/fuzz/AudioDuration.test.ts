import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Effect } from "effect"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { runs } from "../../../core/test/fuzz/Fuzz.ts"
import { among, bytesOf, cuts, oneOf, textOf } from "../../../core/test/fuzz/Inputs.ts"
import { secondsOf } from "../../src/audio/Duration.ts"

const fixture = (name: string): string =>
  fs.readFileSync(fileURLToPath(new URL(`../../../../fixtures/audio/containers/${name}`, import.meta.url)), "latin1")

const files = [
  "tone.wav",
  "streamed.wav",
  "tone.flac",
  "vorbis.ogg",
  "opus.ogg",
  "tone.m4a",
  "faststart.m4a",
  "cbr.mp3",
  "vbr.mp3",
  "layer2.mp2"
].map(fixture)

/** What the heads of containers are made of: names of their pieces, and lengths that are short, endless or absurd. */
const fragments = [
  "RIFF",
  "WAVEfmt ",
  "data",
  "fLaC",
  "OggS",
  "OpusHead",
  "\u0001vorbis",
  "\0\0\0\u0008ftyp",
  "moov",
  "mvhd",
  "ID3",
  "\u00ff\u00fb\u0090",
  "Xing",
  "\0\0\0\0",
  "\0\0\0\u0001",
  "\u0010\0\0\0",
  "\u00ff\u00ff\u00ff\u00ff",
  "\u007f",
  "\0"
]

const starts = among([
  "RIFF\0\0\0\0WAVE",
  "fLaC\0\0\0\u0022",
  "OggS\0",
  "\0\0\0\u0008ftyp",
  "ID3\u0004\0\0",
  "\u00ff\u00fb"
])

const rubble = Arbitrary.map(Arbitrary.all([starts, textOf(fragments, 60)]), ([start, rest]) => start + rest)

/** The heads are short, so most of the damage is done there. */
const file = Arbitrary.map(
  Arbitrary.all([bytesOf(Arbitrary.map(among(files), (text) => text.slice(0, 300)), "latin1"), among(files)]),
  ([head, rest]) => Buffer.concat([head, Buffer.from(rest, "latin1").subarray(300)])
)

const any = oneOf(file, bytesOf(rubble, "latin1"), bytesOf(textOf(fragments), "latin1"))

/** How long it is said to be, and what was read to find out; a read gives at most so many bytes where the file ends. */
const read = async (bytes: Buffer, length = bytes.length) => {
  const reads: Array<number> = []
  const seconds = await secondsOf({
    length,
    read: async (at, count) => {
      assert.isTrue(Number.isSafeInteger(at) && at >= 0 && count >= 0, `${at}, ${count}`)
      const piece = bytes.subarray(at, at + count)
      reads.push(piece.length)
      return piece
    }
  })
  return { seconds, reads }
}

describe("A file of audio, fuzzed", () => {
  it.effect.prop(
    "plays for a time that its size allows, found out by a few looks",
    [any],
    ([bytes]) =>
      Effect.gen(function*() {
        const { reads, seconds } = yield* Effect.promise(() => read(bytes))
        assert.isTrue(Number.isFinite(seconds) && seconds >= 0 && seconds <= bytes.length / 500 + 1, String(seconds))
        assert.isAtMost(reads.length, 132)
        assert.isAtMost(reads.reduce((sum, count) => sum + count, 0), 512 + 132 * 20 + 65_334)
      }),
    runs()
  )

  it.effect.prop(
    "is looked into as little when it is a thousand times as long",
    [any, cuts],
    ([bytes]) =>
      Effect.gen(function*() {
        const [own, longer] = yield* Effect.promise(() => Promise.all([read(bytes), read(bytes, bytes.length * 1000)]))
        // What was told of the short one may not suit the long one, but it costs no more to find that out.
        assert.isAtMost(longer.reads.length, Math.max(132, own.reads.length))
        assert.isTrue(Number.isFinite(longer.seconds) && longer.seconds >= 0)
      }),
    runs()
  )

  it.effect.prop(
    "is looked into as often however many pieces it has",
    [among(["data", "junk", "OggS", "free"])],
    ([name]) =>
      Effect.gen(function*() {
        for (const start of ["RIFF\0\0\0\0WAVE", "\0\0\0\u0008ftyp", "OggS\0"]) {
          const pieces = (count: number) => Buffer.from(start + `${name}\0\0\0\0`.repeat(count), "latin1")
          const [once, twice] = yield* Effect.promise(() => Promise.all([read(pieces(2000)), read(pieces(4000))]))
          assert.strictEqual(twice.reads.length, once.reads.length)
        }
      }),
    runs(4)
  )
})
