/** Prompts of so many tokens: short common words, each one token almost everywhere, and four bytes with its space. */
import * as Dice from "@aiguilleur/lab/time/Dice"

const words =
  ("act add age air all and any arm art ask bad bag bar bed big bit box boy bus but buy can car cat cut day "
    + "dog dry ear eat egg end eye far few fit fly for fun get got gun had has hat her him his hot how ice ill its job")
    .split(" ")

const say = (tokens: number, { roll }: Dice.Dice): string =>
  Array.from({ length: tokens }, () => words[Math.floor(roll() * words.length)]!).join(" ")

export interface Wording {
  readonly seed: number
  readonly population: string
  /** Number of the request: no two say the same beyond what they share. */
  readonly number: number
  readonly tokens: number
  /** Tokens at the beginning that the population's prompts have in common. */
  readonly shared: number
}

export const text = ({ number, population, seed, shared, tokens }: Wording): string => {
  const common = Math.min(shared, tokens)
  const parts = [
    say(common, Dice.make(seed, `${population} shared text`)),
    say(tokens - common, Dice.make(seed, `${population} text ${number}`))
  ]
  return parts.filter((part) => part !== "").join(" ")
}
