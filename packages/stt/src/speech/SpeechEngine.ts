/** The port behind which speech becomes text: any server that the dispatcher knows, or the Whisper that is built in. */
import { Context, type Effect, Schema } from "effect"

export interface Word {
  readonly start: number
  readonly end: number
  readonly text: string
}

/** Seconds from the beginning of the piece. */
export interface Segment {
  readonly start: number
  readonly end: number
  readonly text: string
  readonly words?: ReadonlyArray<Word>
}

/** Of at most thirty seconds, as a rule. */
export interface Piece {
  /** Samples as `Wave` has them. */
  readonly samples: Uint8Array
  readonly seconds: number
  /** A short code; null to have it detected. */
  readonly language: string | null
  readonly task: "transcribe" | "translate"
  /** Whose work it is, where that counts. */
  readonly owner: string
}

export interface Heard {
  /** A short code, or null where the engine does not say. */
  readonly language: string | null
  readonly segments: ReadonlyArray<Segment>
}

/** The message is for whoever wanted the transcript. */
export class SpeechError extends Schema.TaggedError<SpeechError>()("SpeechError", {
  message: Schema.String,
  /** The same piece may be heard later. */
  isPassing: Schema.Boolean
}) {}

export class SpeechEngine extends Context.Service<SpeechEngine, {
  /** Part of the name under which results are kept: another engine hears something else. */
  readonly name: string
  /** Pieces that it is worth to send at once. */
  readonly atOnce: number
  /** Whatever has to be there before the first piece; may take long once, and never again. */
  readonly ready: Effect.Effect<void, SpeechError>
  /** Interruption gives the piece up, wherever it is. */
  readonly hear: (piece: Piece) => Effect.Effect<Heard, SpeechError>
}>()("@aiguilleur/stt/SpeechEngine") {}
