/** Recordings to transcribe, of which every word is known: people and a synthesiser in English, a synthesiser in French. */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { sayFrench } from "../engines/Speech.ts"
import * as Workshop from "../engines/Workshop.ts"

export interface Lecture {
  readonly language: "en" | "fr"
  readonly file: string
  readonly said: string
  readonly seconds: number
}

const people = "/usr/share/pocketsphinx/test/data/librivox"

const audio = join(Workshop.folder, "audio")

const textOf = (language: string): string => readFileSync(new URL(`lecture.${language}.txt`, import.meta.url), "utf8")

const debian = async (name: string, file: string): Promise<void> => {
  if (existsSync(file)) return
  await Workshop.run("apt-get", ["update", "-qq"])
  await Workshop.run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name])
}

const secondsOf = async (file: string): Promise<number> =>
  Number(await Workshop.run("ffprobe", "-v error -show_entries format=duration -of csv=p=0".split(" ").concat(file)))

/** One after the other, as mp3: what people upload. */
const joined = async (name: string, files: ReadonlyArray<string>): Promise<string> => {
  const [list, file] = [join(audio, `${name}.txt`), join(audio, `${name}.mp3`)]
  writeFileSync(list, files.map((file) => `file '${file}'\n`).join(""))
  const options = "-v error -y -f concat -safe 0".split(" ")
  await Workshop.run("ffmpeg", [...options, "-i", list, ..."-ac 1 -ar 16000 -b:a 64k".split(" "), file])
  return file
}

const same = "-ac 1 -ar 16000 -c:a pcm_s16le".split(" ")

/** In the form of the others, so that they can be put one after the other. */
const spoken = async (name: string, speak: (file: string) => Promise<unknown>): Promise<string> => {
  const [raw, file] = [join(audio, `${name}.raw.wav`), join(audio, `${name}.wav`)]
  await speak(raw)
  await Workshop.run("ffmpeg", ["-v", "error", "-y", "-i", raw, ...same, file])
  return file
}

/** Sentences of a novel read by people, with what they say. */
const novel = async () => {
  await debian("pocketsphinx-testdata", people)
  const lines = readFileSync(join(people, "transcription"), "utf8").trim().split("\n")
  return lines.map((line) => {
    const [, said, name] = /<s> (.*) <\/s> \((.*)\)/.exec(line) ?? []
    return { said: said!, file: join(people, `${name}.wav`) }
  })
}

/** Ten minutes and more: twice a lecture and, before each, a page of the novel. */
export const english = async (): Promise<Lecture> => {
  mkdirSync(audio, { recursive: true })
  await debian("flite", "/usr/bin/flite")
  const text = textOf("en")
  const page = await novel()
  const lecture = await spoken(
    "lecture-en",
    (file) =>
      Workshop.run("flite", ["-voice", "rms", "-f", new URL("lecture.en.txt", import.meta.url).pathname, "-o", file])
  )
  const pages = page.map(({ file }) => file)
  const file = await joined("ten-minutes-en", [...pages, lecture, ...pages, lecture, ...pages])
  const read = page.map(({ said }) => said).join(" ")
  return { language: "en", file, said: [read, text, read, text, read].join(" "), seconds: await secondsOf(file) }
}

export const french = async (): Promise<Lecture> => {
  mkdirSync(audio, { recursive: true })
  const text = textOf("fr")
  const lecture = await spoken("lecture-fr", (file) => sayFrench(text, file))
  const file = await joined("lecture-fr", [lecture])
  return { language: "fr", file, said: text, seconds: await secondsOf(file) }
}
