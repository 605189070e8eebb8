/** Work in the unit of virtual service: what a request says of itself beforehand, and what it turned out to have been. */
import { Schema } from "effect"

/** What is known of a request before it is served. A figure that nobody gives is absent, never zero. */
export const Work = Schema.Struct({
  /** Of the prompt, as received. */
  promptBytes: Schema.optionalKey(Schema.Finite),
  /** The most output tokens that one of its answers may have. */
  maxTokens: Schema.optionalKey(Schema.Finite),
  /** How many answers it wants; one if it does not say. */
  answers: Schema.optionalKey(Schema.Finite),
  /** Of audio, which takes the place of prompt and output. */
  seconds: Schema.optionalKey(Schema.Finite)
})
export interface Work extends Schema.Schema.Type<typeof Work> {}

/** What an engine has done for a request, as far as it is known. */
export interface Usage {
  readonly promptTokens?: number | undefined
  /** Over all its answers. */
  readonly outputTokens?: number | undefined
  /** Of audio. */
  readonly seconds?: number | undefined
  /** The engine's own figures, of an answer that was complete; otherwise they were counted from what passed. */
  readonly reported: boolean
  /** The engine gave figures besides that cannot be meant. */
  readonly absurd?: boolean
}

/** In tokens of the prompt; audio counts as prompt, by `secondCost`. */
export interface Cost {
  readonly prompt: number
  readonly output: number
}

/** An output token takes about twice the work of one that is only read (Sheng et al.). */
export const total = ({ output, prompt }: Cost): number => prompt + 2 * output

/** No context of any engine is larger; a figure beyond is a fault, and would count for years. */
export const mostTokens = 2 ** 24
const mostSeconds = 10 ** 7

const within = (most: number) => (figure: number | undefined): figure is number =>
  figure !== undefined && figure >= 0 && figure <= most

export const isTokens = within(mostTokens)
export const isSeconds = within(mostSeconds)

/** On what the settled cost rests: the worst of its parts. */
export type Basis = "reported" | "counted" | "estimated"
