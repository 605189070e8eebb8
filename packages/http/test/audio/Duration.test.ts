import { assert, describe, it } from "@effect/vitest"
import * as fs from "node:fs"
import { fileURLToPath } from "node:url"
import { secondsOf } from "../../src/audio/Duration.ts"
import { Dice, mutate } from "../wire/Dice.ts"

const fixture = (name: string) =>
  fs.readFileSync(fileURLToPath(new URL(`../../../../fixtures/audio/containers/${name}`, import.meta.url)))

/** How long it is said to be, and how many bytes were looked at for that. */
const read = async (bytes: Buffer, length = bytes.length) => {
  let looked = 0
  const seconds = await secondsOf({
    length,
    read: async (at, count) => {
      const piece = bytes.subarray(at, at + count)
      looked += piece.length
      return piece
    }
  })
  return { seconds, looked }
}

/** All play for 1.25 s; MPEG counts in whole frames, and pads. */
const files: ReadonlyArray<readonly [name: string, least: number, most: number]> = [
  ["tone.wav", 1.25, 1.25],
  ["streamed.wav", 1.25, 1.25],
  ["tone.flac", 1.25, 1.25],
  ["vorbis.ogg", 1.25, 1.25],
  ["opus.ogg", 1.25, 1.25],
  ["tone.m4a", 1.25, 1.25],
  ["faststart.m4a", 1.25, 1.25],
  ["cbr.mp3", 1.25, 1.4],
  ["vbr.mp3", 1.25, 1.4],
  ["layer2.mp2", 1.25, 1.4]
]

describe("A file of audio", () => {
  it.each(files)("%s is known to play for 1.25 seconds", async (name, least, most) => {
    const { seconds } = await read(fixture(name))
    assert.isAtLeast(seconds, least)
    assert.isAtMost(seconds, most)
  })

  it("is looked into here and there, however long it is", async () => {
    const hours = Buffer.concat([fixture("tone.wav").subarray(0, 44), Buffer.alloc(2_000_000)])
    hours.writeUInt32LE(100_000_000, 40)
    const { looked, seconds } = await read(hours, 100_000_044)
    assert.strictEqual(seconds, 12_500)
    assert.isBelow(looked, 10_000)
  })

  it("of no container that we know is guessed by its size", async () => {
    assert.strictEqual((await read(Buffer.from("\x1aE\xdf\xa3webm".padEnd(32_000), "latin1"))).seconds, 2)
    assert.strictEqual((await read(Buffer.alloc(0))).seconds, 0)
  })

  it("that says what cannot be is not believed", async () => {
    const wav = fixture("tone.wav")
    for (const rate of [1, 0xffffffff]) {
      wav.writeUInt32LE(rate, 28)
      assert.strictEqual((await read(wav)).seconds, wav.length / 16_000)
    }
  })

  it("may be garbled in any way: something plausible is said, after a few looks", async () => {
    for (const [name] of files) {
      const whole = fixture(name)
      for (let seed = 0; seed < 300; seed++) {
        const dice = new Dice(seed)
        let bytes = whole
        for (let times = dice.below(6); times >= 0; times--) {
          bytes = Buffer.concat([mutate(bytes.subarray(0, 200), dice), bytes.subarray(200)])
        }
        if (dice.chance(0.3)) bytes = bytes.subarray(0, dice.below(bytes.length))
        const { looked, seconds } = await read(bytes)
        assert.isTrue(seconds >= 0 && seconds <= bytes.length / 500 + 1, `${name}, seed ${seed}: ${seconds}`)
        assert.isBelow(looked, 100_000)
      }
    }
  })
})
