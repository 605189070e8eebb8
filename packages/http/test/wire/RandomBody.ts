/** Request bodies as no client writes them but JSON allows. */
import type { Dice } from "./Dice.ts"

export const ownedNames = [
  "model",
  "stream",
  "stream_options",
  "priority",
  "routing-mode",
  "routing_mode",
  "max_tokens",
  "max_completion_tokens",
  "max_output_tokens",
  "n"
]

const gap = (dice: Dice) => dice.chance(0.7) ? "" : dice.pick([" ", "\n", "\t", "\r\n", "   "])

export const numbers = [
  "0",
  "-0",
  "7",
  "-12",
  "1.5",
  "0.25e+3",
  "1E5",
  "2e-3",
  "12345678901234567890123",
  "1e400",
  "3.0"
]

const number = (dice: Dice) => dice.pick(numbers)

/** As they stand between the quotes of a string. */
export const characters = [
  "a",
  "Z",
  " ",
  "é",
  "語",
  "🚂",
  "\\n",
  "\\\"",
  "\\\\",
  "\\/",
  "\\u0041",
  "\\ud83d\\ude82",
  "\\ud800",
  "\u007f"
]

const text = (dice: Dice) =>
  `"${Array.from({ length: dice.chance(0.03) ? 100 : dice.below(6) }, () => dice.pick(characters)).join("")}"`

/** The name as it is, or with some of its letters escaped, if `JSON.parse` can be trusted with it (see Documents). */
const spelled = (name: string, dice: Dice) =>
  name.length === 1 || dice.chance(0.8)
    ? `"${name}"`
    : `"${
      Array.from(name, (c) => dice.chance(0.4) ? `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}` : c).join("")
    }"`

const value = (dice: Dice, depth: number): string => {
  const kind = dice.below(depth > 3 ? 4 : 6)
  if (kind === 0) return number(dice)
  if (kind === 1) return text(dice)
  if (kind < 4) return dice.pick(["true", "false", "null"])
  const items = Array.from({ length: dice.below(4) }, () => value(dice, depth + 1))
  if (kind === 4) return `[${gap(dice)}${items.join(`${gap(dice)},${gap(dice)}`)}${gap(dice)}]`
  return object(items.map((item) => [dice.chance(0.3) ? `"${dice.pick(ownedNames)}"` : text(dice), item]), dice)
}

const object = (members: ReadonlyArray<readonly [string, string]>, dice: Dice) =>
  `{${gap(dice)}${
    members.map(([name, value]) => `${name}${gap(dice)}:${gap(dice)}${value}`).join(`${gap(dice)},${gap(dice)}`)
  }${gap(dice)}}`

const ownedValue = (name: string, dice: Dice): string => {
  if (dice.chance(0.04)) return value(dice, 2)
  if (name === "model") return dice.pick(["\"m\"", "\"mistral31-24b\"", "\"\\u006d/é\""])
  if (name === "stream") return dice.pick(["true", "false", "null"])
  if (name === "stream_options") {
    const usage = dice.pick(["true", "false", "null"])
    const members = [["\"x\"", number(dice)], ["\"include_usage\"", usage]] as const
    return dice.chance(0.1) ? "null" : object(members.slice(dice.below(3), 1 + dice.below(2)), dice)
  }
  if (name.startsWith("routing")) return dice.pick(["\"any\"", "\"private-only\"", "null"])
  return dice.pick(["0", "5", "-3", "2e2", "4096", "null", "9007199254740991"])
}

export const randomBody = (dice: Dice): string => {
  const rest = [...ownedNames]
  const members = Array.from({ length: dice.below(8) }, () => {
    if (dice.chance(0.4)) return [text(dice), value(dice, 1)] as const
    const name = dice.chance(0.03) ? dice.pick(ownedNames) : rest.splice(dice.below(rest.length), 1)[0] ?? "n"
    return [spelled(name, dice), ownedValue(name, dice)] as const
  })
  return `${gap(dice)}${object(members, dice)}${gap(dice)}`
}

/** The members of the first level of well-formed text: each name, and the member as it is written. */
export const firstLevel = (json: string): ReadonlyArray<{ readonly name: string; readonly written: string }> => {
  const members: Array<{ name: string; written: string }> = []
  const tokens = [...json.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g)]
  let depth = 0
  let start = -1
  let stop = -1
  for (const [i, token] of tokens.entries()) {
    const [written] = token
    const ends = depth === 1 && (written === "," || written === "}")
    if (ends && start !== -1) {
      const [name] = /^"(?:[^"\\]|\\.)*"/.exec(json.slice(start, stop))!
      members.push({ name: String(JSON.parse(name)), written: json.slice(start, stop) })
      start = -1
    }
    if (depth === 1 && start === -1 && tokens[i + 1]?.[0] === ":") start = token.index
    if (written === "{" || written === "[") depth++
    if (written === "}" || written === "]") depth--
    stop = token.index + written.length
  }
  return members
}
