/** What one engine's HTTP API makes of the simulated engine: its paths, its shapes, and its words. */
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Engine } from "../engine/Engine.ts"
import type { Options } from "./Options.ts"
import type { Limits, Question } from "./Question.ts"
import type { Refusal } from "./Refusal.ts"
import type { Voice } from "./Voice.ts"

export type FaceName = "vllm" | "ollama" | "lmdeploy" | "whisper"

/** What a face is built on; a restart brings a new one. */
export interface Ground {
  readonly engine: Engine
  readonly limits: Limits
  readonly options: Options
  /** On the engine's clock, in milliseconds. */
  readonly now: () => number
  readonly loading: () => boolean
}

/** A request understood, and how it will be answered. */
export interface Asked {
  readonly question: Question
  readonly voice: (number: number, created: number) => Voice
}

/** Reads a body (JSON, or the fields of a form) as one endpoint does. */
export type Task = (body: unknown, limits: Limits) => Asked | Refusal

export interface Face {
  /** `POST` paths that make the engine work. */
  readonly tasks: Readonly<Record<string, Task>>
  readonly guarded: (path: string) => boolean
  readonly unauthorised: (response: ServerResponse) => void
  /** The body of an answer that refuses. */
  readonly refusal: (refusal: Refusal, path: string) => string
  /** Answers a `GET`; false when there is no such path. */
  readonly read: (path: string, request: IncomingMessage, response: ServerResponse) => boolean
  /** Answers a `POST` that asks the engine for no work; false when it is none. */
  readonly command?: (path: string, body: unknown, response: ServerResponse) => boolean
  /** Why no work is taken at this path now. */
  readonly closed: (path: string) => Refusal | undefined
  /** How many times over the prompt is computed, for what comes before it. */
  readonly passes?: (question: Question) => number
  /** Something happened to the engine. */
  readonly changed?: () => void
}

export const isRefusal = (value: Asked | Refusal): value is Refusal => "status" in value
