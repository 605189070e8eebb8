/** Forms with audio, as clients send them. */
import { Effect } from "effect"
import * as Rig from "./Rig.ts"

/** A WAV of 8 kHz and 8 bits: a byte for each of so many samples. */
export const wav = (seconds: number): Uint8Array<ArrayBuffer> => {
  const bytes = Math.round(seconds * 8_000)
  const buffer = Buffer.alloc(44 + bytes, 0x80)
  buffer.write("RIFF", 0)
  buffer.writeUInt32LE(36 + bytes, 4)
  buffer.write("WAVEfmt ", 8)
  buffer.writeUInt32LE(16, 16)
  buffer.writeUInt16LE(1, 20)
  buffer.writeUInt16LE(1, 22)
  buffer.writeUInt32LE(8_000, 24)
  buffer.writeUInt32LE(8_000, 28)
  buffer.writeUInt16LE(1, 32)
  buffer.writeUInt16LE(8, 34)
  buffer.write("data", 36)
  buffer.writeUInt32LE(bytes, 40)
  return Uint8Array.from(buffer)
}

export type Fields = ReadonlyArray<readonly [name: string, value: string | Uint8Array<ArrayBuffer>]>

export const form = (fields: Fields): FormData => {
  const form = new FormData()
  for (const [name, value] of fields) {
    if (typeof value === "string") form.append(name, value)
    else form.append(name, new Blob([value]), "speech.wav")
  }
  return form
}

export const post = (
  rig: Pick<Rig.Rig, "url">,
  fields: Fields | FormData,
  init: { readonly path?: string; readonly key?: string; readonly headers?: Readonly<Record<string, string>> } = {}
): Effect.Effect<Response> =>
  Effect.promise((signal) =>
    fetch(`${rig.url}${init.path ?? "/v1/audio/transcriptions"}`, {
      method: "POST",
      headers: { authorization: `Bearer ${init.key ?? Rig.secret}`, ...init.headers },
      body: fields instanceof FormData ? fields : form(fields),
      signal
    })
  )
