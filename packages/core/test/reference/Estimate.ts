/** What work is expected to cost and what it has cost, from every settlement that there ever was. */
import type { Event } from "../../src/Event.ts"
import type { Settings } from "../../src/Settings.ts"
import type { Cost, Work } from "../../src/Work.ts"
import type { LeaseRecord, ModelRecord, TicketRecord, World } from "./Records.ts"

type Released = Extract<Event, { _tag: "Released" }>

const limit = 16_777_216

export const total = ({ output, prompt }: Cost): number => prompt + output + output

/** The running mean of DESIGN §3.3: eight settlements are supposed, and two hundred remembered. */
const mean = (first: number, figures: ReadonlyArray<number>): number =>
  figures.reduce((mean, figure, at) => mean + (figure - mean) / Math.min(200, 9 + at), first)

const rounded = (tokens: number): number => tokens > 0 ? Math.round(Math.min(limit, tokens)) : 0

const isFigure = (figure: number | undefined, most: number): figure is number =>
  figure !== undefined && figure >= 0 && figure <= most

export const of = (settings: Settings, { answers, prompts }: ModelRecord, work: Work = {}): Cost => {
  if (isFigure(work.seconds, 10_000_000)) return { prompt: rounded(work.seconds * settings.secondCost), output: 0 }
  const measured = prompts.flatMap(({ bytes, tokens }) => bytes === undefined ? [] : [{ bytes, tokens }])
  const tokens = mean(settings.promptTokens, measured.map(({ tokens }) => tokens))
  const bytes = mean(
    settings.promptTokens * settings.bytesPerToken,
    measured.map(({ bytes, tokens }) => Math.min(bytes, 32 * tokens))
  )
  const prompt = work.promptBytes === undefined ? tokens : work.promptBytes * tokens / bytes
  const longest = measured.length < 192 ? Infinity : Math.max(...prompts.map(({ tokens }) => tokens))
  const output = Math.min(mean(settings.outputTokens, answers), work.maxTokens ?? Infinity)
  return {
    prompt: rounded(Math.min(prompt, longest)),
    output: rounded(output * Math.max(1, work.answers ?? 1))
  }
}

export const settled = ({ settings }: World, { estimate }: LeaseRecord, { outcome: { _tag }, usage }: Released) => {
  if (usage === undefined) return _tag === "Served" || _tag === "Broken" || _tag === "Expired" ? total(estimate) : 0
  const { outputTokens, promptTokens, seconds } = usage
  if (isFigure(seconds, 10_000_000)) return Math.min(limit, seconds * settings.secondCost)
  return total({
    prompt: isFigure(promptTokens, limit) ? promptTokens : estimate.prompt,
    output: isFigure(outputTokens, limit) ? outputTokens : estimate.output
  })
}

export const remember = ({ model, ticket: { work } }: TicketRecord, { outcome, usage }: Released): void => {
  if (outcome._tag !== "Served" || usage?.reported !== true || work?.seconds !== undefined) return
  const { outputTokens, promptTokens } = usage
  if (isFigure(promptTokens, limit) && promptTokens > 0) {
    model!.prompts.push({ bytes: work?.promptBytes, tokens: promptTokens })
  }
  if (isFigure(outputTokens, limit)) model!.answers.push(outputTokens / Math.max(1, work?.answers ?? 1))
}
