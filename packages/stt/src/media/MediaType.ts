/** What a file is, by what it contains and never by what it is called. */
import { Effect } from "effect"
import { fileTypeFromFile } from "file-type"
import * as fs from "node:fs/promises"
import * as Encoding from "../subtitle/Encoding.ts"

export interface MediaType {
  readonly kind: "video" | "audio" | "subtitles"
  readonly mime: string
}

/** Containers of sound and images whose registered type does not say so. */
const containers: Record<string, MediaType["kind"]> = {
  "application/ogg": "video",
  "application/mxf": "video",
  "application/vnd.ms-asf": "video",
  "application/vnd.rn-realmedia": "video"
}

const head = async (path: string, bytes: number): Promise<Buffer> => {
  const handle = await fs.open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytes), 0, bytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

const isMarkup = (text: string) => /^\s*<(?:!doctype|!--|\?xml|[a-z][\w:-]*[\s/>])/i.test(text)
const isJson = (text: string) => /^\s*[{[]/.test(text)

/** By the beginning of a text. */
export const ofText = (bytes: Buffer): MediaType | undefined => {
  const text = Encoding.decode(bytes)
  if (isMarkup(text) || isJson(text) || text.trim() === "") return undefined
  if (/^WEBVTT(?:\s|$)/.test(text)) return { kind: "subtitles", mime: "text/vtt" }
  const isSubRip = /^\s*\d+[^\S\n]*\n\s*\d+:\d+:\d+/.test(text)
  return { kind: "subtitles", mime: isSubRip ? "application/x-subrip" : "text/plain" }
}

const sniff = async (path: string): Promise<MediaType | undefined> => {
  // Text first: the mark of UTF-16 looks like the beginning of a frame of MPEG audio.
  const bytes = await head(path, 64 * 1024)
  if (bytes.length > 0 && Encoding.isText(bytes)) return ofText(bytes)
  // A file that ends in the middle of its own header is of no type.
  const found = await fileTypeFromFile(path).catch(() => undefined)
  if (found === undefined) return undefined
  const mime = found.mime.split(";", 1)[0]!
  if (mime.startsWith("video/")) return { kind: "video", mime }
  if (mime.startsWith("audio/") && mime !== "audio/midi") return { kind: "audio", mime }
  const kind = containers[mime]
  return kind === undefined ? undefined : { kind, mime }
}

export const mediaTypeOf = (path: string): Effect.Effect<MediaType | undefined> => Effect.promise(() => sniff(path))
