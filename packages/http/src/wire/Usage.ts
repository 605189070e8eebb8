/** Tokens that an engine says it has read and written, or seconds that it has heard, believed only where plausible. */

/** A figure that no engine can mean, for the log. */
export interface AbsurdFigure {
  readonly field: string
  readonly value: string
}

/** What was learnt from an answer. Either figure may be missing: embeddings write no tokens. */
export interface UsageReport {
  readonly promptTokens: number | undefined
  readonly completionTokens: number | undefined
  /** Of audio; where an engine counts those. */
  readonly seconds?: number
  /** The first few only: a broken engine repeats itself. */
  readonly absurd: ReadonlyArray<AbsurdFigure>
}

const mostTokens = 2 ** 31 - 1
/** Three months of audio. */
const mostSeconds = 1e7
const mostAbsurd = 4

type Fields = Readonly<Record<string, unknown>>

/** The members of an object; undefined for anything else. */
export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === "object" && value !== null && !Array.isArray(value) ? value as Fields : undefined

/** Collects the figures of one answer. They only grow while a stream goes on, so the largest is the last. */
export class Usage {
  private promptTokens: number | undefined = undefined
  private completionTokens: number | undefined = undefined
  private seconds: number | undefined = undefined
  private readonly absurd: Array<AbsurdFigure> = []

  /**
   * Takes a parsed `usage` object: of chat, text completions and embeddings (`prompt_tokens`, `completion_tokens`), of
   * responses, of Anthropic's messages or of transcriptions (`input_tokens`, `output_tokens`; or `seconds`), of those
   * that rank (`total_tokens` may stand alone).
   */
  take(usage: unknown): void {
    const fields = fieldsOf(usage)
    if (fields === undefined) return
    const completion = this.figure(fields, "completion_tokens") ?? this.figure(fields, "output_tokens")
    const prompt = this.figure(fields, "prompt_tokens") ?? this.input(fields)
    this.put(prompt ?? (completion === undefined ? this.figure(fields, "total_tokens") : undefined), completion)
    if (fields["type"] !== "duration") return
    this.takeSeconds(fields["seconds"])
    if (this.seconds === undefined) this.note("seconds", fields["seconds"])
  }

  /** Takes what stands at the top of Ollama's own answers, if it does. */
  takeCounts(fields: Fields): void {
    this.put(this.figure(fields, "prompt_eval_count"), this.figure(fields, "eval_count"))
  }

  /** Takes a number, or a text that is one: vLLM writes the duration of a transcription so. */
  takeSeconds(value: unknown): void {
    const seconds = typeof value === "string" && value !== "" ? Number(value) : value
    if (typeof seconds !== "number" || !(seconds >= 0 && seconds <= mostSeconds)) return
    this.seconds = Math.max(seconds, this.seconds ?? 0)
  }

  report(): UsageReport {
    const { absurd, completionTokens, promptTokens, seconds } = this
    return seconds === undefined
      ? { promptTokens, completionTokens, absurd }
      : { promptTokens, completionTokens, seconds, absurd }
  }

  private put(prompt: number | undefined, completion: number | undefined): void {
    if (prompt !== undefined) this.promptTokens = Math.max(prompt, this.promptTokens ?? 0)
    if (completion !== undefined) this.completionTokens = Math.max(completion, this.completionTokens ?? 0)
  }

  /** Anthropic's `input_tokens` leaves out what its cache read or wrote; nobody else has these two fields here. */
  private input(fields: Fields): number | undefined {
    const input = this.figure(fields, "input_tokens")
    if (input === undefined) return undefined
    const cached = (this.figure(fields, "cache_read_input_tokens") ?? 0) +
      (this.figure(fields, "cache_creation_input_tokens") ?? 0)
    return Math.min(input + cached, mostTokens)
  }

  private figure(fields: Fields, field: string): number | undefined {
    const value = fields[field]
    if (value === undefined || value === null) return undefined
    if (typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= mostTokens) return value
    this.note(field, value)
    return undefined
  }

  private note(field: string, value: unknown): void {
    if (this.absurd.length < mostAbsurd) this.absurd.push({ field, value: String(JSON.stringify(value)).slice(0, 40) })
  }
}
