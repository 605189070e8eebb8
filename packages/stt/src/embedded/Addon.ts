/** The two builds of whisper.cpp for Node behind one face: the faster where it runs, the other everywhere else. */
import { readFileSync } from "node:fs"
import { createRequire } from "node:module"
import type { Segment } from "../speech/SpeechEngine.ts"

export interface Request {
  readonly samples: Int16Array
  readonly language: string | null
  readonly translate: boolean
  readonly threads: number
}

export interface Result {
  readonly language: string | null
  /** One for each word, or for each part of one. */
  readonly words: ReadonlyArray<Segment>
}

export interface Addon {
  readonly name: string
  readonly hear: (request: Request) => Promise<Result>
}

const load = createRequire(import.meta.url)

/** Instructions without which the faster build does not run, but ends the process. */
const isModern = (): boolean => {
  if (process.platform !== "linux") return true
  try {
    const flags = new Set(/^flags\s*:(.*)$/m.exec(readFileSync("/proc/cpuinfo", "utf8"))?.[1]?.trim().split(" "))
    return ["avx2", "fma", "f16c"].every((flag) => flags.has(flag))
  } catch {
    return false
  }
}

interface NapiParams {
  [name: string]: unknown
}

interface Napi {
  readonly Whisper: {
    new(model: string, params?: { readonly useGpu?: boolean }): {
      full(params: NapiParams, samples: Float32Array): string
      readonly fullLangId: number
    }
    lang(id: number): string | null
  }
  readonly WhisperFullParams: { new(strategy: number): NapiParams }
}

interface NapiSegment {
  readonly text: string
  /** Hundredths of a second. */
  readonly start: number
  readonly end: number
}

const lettersOf = (text: string): string => text.replaceAll(/\s/g, "")

/** `@napi-rs/whisper`: with AVX2, for glibc on x64 and for macOS. Its call blocks its thread, and so is made in one of its own. */
const napi = (model: string): Addon => {
  const { Whisper, WhisperFullParams } = load("@napi-rs/whisper") as Napi
  const whisper = new Whisper(model, { useGpu: false })
  return {
    name: "@napi-rs/whisper",
    hear: async ({ language, samples, threads, translate }) => {
      const params = new WhisperFullParams(0)
      const found: Array<NapiSegment> = []
      Object.assign(params, {
        language: language ?? "auto",
        nThreads: threads,
        translate,
        temperature: 0,
        noContext: true,
        printProgress: false,
        printRealtime: false,
        printTimestamps: false,
        tokenTimestamps: true,
        maxLen: 1,
        splitOnWord: true,
        onNewSegment: (segment: NapiSegment) => found.push(segment)
      })
      const text = lettersOf(whisper.full(params, Float32Array.from(samples, (sample) => sample / 32_768)))
      // Its segments are told on this thread, once it is free again; together they are the text.
      for (let left = 200; left > 0 && lettersOf(found.map((segment) => segment.text).join("")) !== text; left--) {
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return {
        language: Whisper.lang(whisper.fullLangId),
        words: found.map(({ end, start, text }) => ({ start: start / 100, end: end / 100, text: ` ${text.trim()}` }))
      }
    }
  }
}

interface Fugood {
  readonly WhisperContext: {
    new(options: { readonly filePath: string; readonly useGpu: boolean }): {
      transcribeData(samples: ArrayBuffer, options: Record<string, unknown>): {
        readonly promise: Promise<{
          readonly language?: string
          readonly segments: ReadonlyArray<{ readonly text: string; readonly t0: number; readonly t1: number }>
        }>
      }
    }
  }
}

/** `@fugood/node-whisper-…`: for every platform, without AVX on x64. */
const fugood = (model: string): Addon => {
  const { WhisperContext } = load(`@fugood/node-whisper-${process.platform}-${process.arch}`) as Fugood
  const context = new WhisperContext({ filePath: model, useGpu: false })
  return {
    name: "@fugood/whisper.node",
    hear: async ({ language, samples, threads, translate }) => {
      const { promise } = context.transcribeData(new Int16Array(samples).buffer, {
        language: language ?? "auto",
        maxThreads: threads,
        translate,
        temperature: 0,
        tokenTimestamps: true,
        maxLen: 1
      })
      const { language: found, segments } = await promise
      return {
        language: found ?? null,
        words: segments.map(({ t0, t1, text }) => ({ start: t0 / 1000, end: t1 / 1000, text }))
      }
    }
  }
}

const isThere = (name: string): boolean => {
  try {
    load.resolve(name)
    return true
  } catch {
    return false
  }
}

const fast: Readonly<Record<string, string>> = {
  "linux-x64": "@napi-rs/whisper-linux-x64-gnu",
  "darwin-x64": "@napi-rs/whisper-darwin-x64",
  "darwin-arm64": "@napi-rs/whisper-darwin-arm64"
}

/** Loads the model; `only` names one of the two, for whoever compares them. */
export const open = (model: string, only: string | undefined): Addon => {
  const platform = `${process.platform}-${process.arch}`
  const build = fast[platform]
  const canBeFast = build !== undefined && isThere(build) && isModern()
  if (only === "@napi-rs/whisper" || (only === undefined && canBeFast)) return napi(model)
  if (isThere(`@fugood/node-whisper-${platform}`)) return fugood(model)
  throw new Error(
    `No build of whisper.cpp runs on ${platform}. Configure a speech model on a server instead (stt.speech)`
  )
}
