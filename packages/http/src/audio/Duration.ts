/** How many seconds of audio a file holds: read from its container where that is cheap, guessed from its size elsewhere. */
import { Flac } from "./Flac.ts"
import { Mp3 } from "./Mp3.ts"
import { Mp4 } from "./Mp4.ts"
import { Ogg } from "./Ogg.ts"
import type { Container, Source } from "./Source.ts"
import { Wav } from "./Wav.ts"

// By their first bytes; an MP3 may have nothing there but the start of a frame, so it is asked last.
const containers: ReadonlyArray<Container> = [Wav, Flac, Ogg, Mp4, Mp3]

/** 128 kbit/s. */
const usual = 16_000
/** Speech of 4 kbit/s, and eight channels of 32 bits at 96 kHz: nothing is thinner or thicker than that. */
const [fewest, most] = [500, 3_072_000]

const headLength = 512

const read = async (source: Source): Promise<number | undefined> => {
  const head = await source.read(0, headLength)
  return containers.find(({ is }) => is(head))?.seconds(source, head)
}

/** Never fails: what a file says of itself is believed where it is plausible. */
export const secondsOf = async (source: Source): Promise<number> => {
  const told = await read(source).catch(() => undefined)
  const { length } = source
  const plausible = told !== undefined && told >= length / most && told <= length / fewest + 1
  return plausible ? told : length / usual
}
