/** Speech to transcribe: a person in English, from Debian; a synthesiser in French, from PyPI. */
import { existsSync, mkdirSync } from "node:fs"
import { join } from "node:path"
import { folder, install, python, run } from "./Workshop.ts"

export interface Speech {
  readonly language: "en" | "fr"
  readonly file: string
  readonly said: string
  /** Words that any Whisper hears. */
  readonly heard: RegExp
}

const english = "/usr/share/pocketsphinx/test/data/librivox/sense_and_sensibility_01_austen_64kb-0870.wav"

const french = "Bonjour à tous. Aujourd'hui, nous allons parler de la photosynthèse et de l'énergie du soleil."

const debian = async (name: string, has: () => boolean): Promise<void> => {
  if (has()) return
  await run("apt-get", ["update", "-qq"])
  await run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", name])
}

/** By a voice that a small Whisper understands: of eSpeak's it makes out every second word. */
export const sayFrench = async (text: string, file: string): Promise<void> => {
  await install("ttspico", "ttspico")
  await run(python, [new URL("french.py", import.meta.url).pathname, file, text])
}

export const make = async (): Promise<ReadonlyArray<Speech>> => {
  const audio = join(folder, "audio")
  mkdirSync(audio, { recursive: true })
  await debian("pocketsphinx-testdata", () => existsSync(english))
  const file = join(audio, "fr-pico.wav")
  await sayFrench(french, file)
  return [
    {
      language: "en",
      file: english,
      said:
        "and mister john dashwood had then leisure to consider how much there might be prudently in his power to do "
        + "for them",
      heard: /dashwood had then leisure to consider how much there might be prudently in his power/i
    },
    { language: "fr", file, said: french, heard: /bonjour à tous.*nous allons parler de la.*énergie du soleil/i }
  ]
}
