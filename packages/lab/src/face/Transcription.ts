/** Speech into simulated words, one for each second of audio, in every format that OpenAI's API has. */
import * as AudioForm from "./AudioForm.ts"
import type { Asked, Task } from "./Face.ts"
import * as Refusal from "./Refusal.ts"
import * as Speech from "./Speech.ts"
import * as Voice from "./Voice.ts"

const formats = ["json", "text", "srt", "verbose_json", "vtt"] as const
type Format = typeof formats[number]

/** Seconds that one subtitle covers. */
const cue = 5

interface Segment {
  readonly start: number
  readonly end: number
  readonly text: string
}

const segmentsOf = (seconds: number, words: number): Array<Segment> => {
  const segments: Array<Segment> = []
  for (let from = 0; from < words; from += cue) {
    const to = Math.min(words, from + cue)
    let text = ""
    for (let n = from + 1; n <= to; n++) text += Speech.token(n)
    segments.push({ start: from, end: to === words ? Math.max(seconds, from) : to, text: text.trimEnd() })
  }
  return segments
}

const clock = (seconds: number, comma: string): string => {
  const millis = Math.round(seconds * 1000)
  const two = (value: number) => String(Math.floor(value)).padStart(2, "0")
  const time = `${two(millis / 3_600_000)}:${two(millis / 60_000 % 60)}:${two(millis / 1000 % 60)}`
  return `${time}${comma}${String(millis % 1000).padStart(3, "0")}`
}

const cues = (segments: ReadonlyArray<Segment>, comma: string, numbered: boolean): string =>
  segments.map(({ end, start, text }, i) =>
    `${numbered ? `${i + 1}\n` : ""}${clock(start, comma)} --> ${clock(end, comma)}\n${text}\n\n`
  ).join("")

const types: Record<Format, string> = {
  json: "application/json",
  verbose_json: "application/json",
  text: "text/plain; charset=utf-8",
  srt: "text/plain; charset=utf-8",
  vtt: "text/vtt; charset=utf-8"
}

interface Request {
  readonly task: "transcribe" | "translate"
  readonly seconds: number
  readonly format: Format
  readonly language: string
  readonly words: boolean
}

const write = ({ format, language, seconds, task, words }: Request, tokens: number): string => {
  const text = Speech.say(tokens).trimEnd()
  const usage = { type: "duration", seconds: Math.ceil(seconds) }
  const segments = segmentsOf(seconds, tokens)
  switch (format) {
    case "json":
      return JSON.stringify({ text, usage })
    case "text":
      return `${text}\n`
    case "srt":
      return cues(segments, ",", true)
    case "vtt":
      return `WEBVTT\n\n${cues(segments, ".", false)}`
    case "verbose_json":
      return JSON.stringify({
        task,
        language,
        duration: seconds,
        text,
        segments: segments.map(({ end, start, text }, id) => ({
          id,
          seek: 0,
          start,
          end,
          text,
          tokens: [],
          temperature: 0
        })),
        ...(words && {
          words: Array.from({ length: tokens }, (_, i) => ({
            word: Speech.token(i + 1).trim(),
            start: i,
            end: Math.min(seconds, i + 1)
          }))
        }),
        usage
      })
  }
}

const event = (value: unknown): string => Voice.event(JSON.stringify(value))

const voice = (request: Request, refused: string): Voice.Voice => ({
  ...Voice.mute((tokens) => write(request, tokens)),
  wholeType: types[request.format],
  token: (n) => event({ type: "transcript.text.delta", delta: Speech.token(n) }),
  closing: (tokens) =>
    event({
      type: "transcript.text.done",
      text: Speech.say(tokens).trimEnd(),
      usage: { type: "duration", seconds: Math.ceil(request.seconds) }
    }),
  done: "",
  word: Speech.token,
  failure: Voice.event(refused),
  refused
})

const make = (task: Request["task"], refused: string): Task => (body, limits): Asked | Refusal.Refusal => {
  const form = AudioForm.read(body)
  if ("status" in form) return form
  const { fields, seconds } = form
  const { language = "en", model = limits.models[0] ?? "simulated", response_format = "json" } = fields
  if (!limits.models.includes(model)) return Refusal.unknownModel(model)
  const format = formats.find((format) => format === response_format)
  if (format === undefined) return Refusal.badRequest(`Unknown response_format: ${response_format}`, "response_format")
  const request = { task, seconds, format, language, words: fields["timestamp_granularities[]"] === "word" }
  return {
    question: {
      kind: "text",
      model,
      promptTokens: 1,
      outputTokens: Math.max(1, Math.ceil(seconds)),
      finish: "stop",
      priority: 0,
      stream: fields["stream"] === "true",
      includeUsage: true,
      tool: undefined,
      inputs: [],
      base64: false,
      poisoned: (fields["prompt"] ?? "").includes(Speech.poisonMarker)
    },
    voice: () => voice(request, refused)
  }
}

/** `refused` is the engine's body for a failure of its own. */
export const tasks = (refused: string): Readonly<Record<string, Task>> => ({
  "/v1/audio/transcriptions": make("transcribe", refused),
  "/v1/audio/translations": make("translate", refused)
})
