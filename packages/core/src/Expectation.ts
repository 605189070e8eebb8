/** What a model has learnt of its requests, and what it makes of the next one: the estimate that a grant is charged. */
import type { Settings } from "./Settings.ts"
import type { Cost, Usage, Work } from "./Work.ts"
import { isSeconds, isTokens, mostTokens } from "./Work.ts"

/** Running means over about the last 200 settlements, which begin as what the settings suppose. */
export interface Expectation {
  prompts: number
  promptBytes: number
  promptTokens: number
  answers: number
  /** Of one answer. */
  outputTokens: number
  /** The longest prompt that was ever settled. */
  longest: number
  /** Of one lease, however its work was counted: what it cost, and how many milliseconds it lasted. */
  leases: number
  cost: number
  duration: number
}

/** What is supposed counts as so many settlements. */
const supposed = 8

const memory = 200

/** Beyond it, a body is not text: an image must not teach that a token has thousands of bytes. */
const mostBytesPerToken = 32

export const make = ({ bytesPerToken, outputTokens, promptTokens, slotPace }: Settings): Expectation => ({
  prompts: supposed,
  promptBytes: promptTokens * bytesPerToken,
  promptTokens,
  answers: supposed,
  outputTokens,
  longest: 0,
  leases: supposed,
  cost: promptTokens + 2 * outputTokens,
  duration: 1_000 * (promptTokens + 2 * outputTokens) / slotPace
})

/** Sums that keep for the model the weight of its past, so that bytes per token is a ratio of sums. */
export const learn = (expected: Expectation, work: Work | undefined, usage: Usage): void => {
  if (!usage.reported || work?.seconds !== undefined) return
  const { outputTokens, promptTokens } = usage
  if (isTokens(promptTokens) && promptTokens > 0) {
    const bytes = Math.min(work?.promptBytes ?? Infinity, mostBytesPerToken * promptTokens)
    expected.longest = Math.max(expected.longest, promptTokens)
    if (work?.promptBytes !== undefined) {
      expected.prompts = Math.min(memory, expected.prompts + 1)
      expected.promptBytes += (bytes - expected.promptBytes) / expected.prompts
      expected.promptTokens += (promptTokens - expected.promptTokens) / expected.prompts
    }
  }
  if (!isTokens(outputTokens)) return
  expected.answers = Math.min(memory, expected.answers + 1)
  expected.outputTokens += (outputTokens / answersOf(work) - expected.outputTokens) / expected.answers
}

/** How much work a slot does is known of every lease that did some. */
export const learnPace = (expected: Expectation, cost: number, duration: number): void => {
  expected.leases = Math.min(memory, expected.leases + 1)
  expected.cost += (cost - expected.cost) / expected.leases
  expected.duration += (duration - expected.duration) / expected.leases
}

const answersOf = (work: Work | undefined): number => Math.max(1, work?.answers ?? 1)

const bounded = (tokens: number): number => Math.round(Math.max(0, Math.min(tokens, mostTokens)))

/** In whole tokens, so that what is charged now can be taken back exactly. */
export const expect = (
  { longest, outputTokens, promptBytes, promptTokens, prompts }: Expectation,
  { secondCost }: Settings,
  work: Work | undefined
): Cost => {
  if (isSeconds(work?.seconds)) return { prompt: bounded(secondCost * work.seconds), output: 0 }
  const prompt = work?.promptBytes === undefined ? promptTokens : work.promptBytes * promptTokens / promptBytes
  const answer = Math.min(work?.maxTokens ?? Infinity, outputTokens)
  return {
    // Of many, nobody has sent a longer prompt than this; an image in a body seems far longer than it is.
    prompt: bounded(prompts < memory ? prompt : Math.min(prompt, longest)),
    output: bounded(answersOf(work) * answer)
  }
}
