/** Who sends keys that nobody has: each address may be wrong a few times, then waits, each time twice as long. */
import { Clock, Context, Effect, Layer } from "effect"
import type { IncomingMessage } from "node:http"
import { GatewaySettings } from "./GatewaySettings.ts"
import * as Sender from "./Sender.ts"

const firstPause = 1_000
const longestPause = 300_000
/** An address that was quiet for so long is forgiven. */
const forgiven = 900_000
const mostAddresses = 10_000
const mostTrusted = 256

interface Guesser {
  wrong: number
  /** Of a clock that only moves forward, in milliseconds. */
  until: number
  lastAt: number
  /** Keys that were right from here meanwhile: those who share an address do not pay for each other. */
  readonly trusted: Set<string>
}

// The interface half of an IPv6 address is its holder's to choose.
const holderOf = (address: string): string => address.includes(":") ? network(address) : address

const network = (address: string): string => {
  const [left = "", right] = address.split("%", 1)[0]!.split("::")
  const groups = left === "" ? [] : left.split(":")
  if (right === undefined) return groups.slice(0, 4).join(":")
  const more = right === "" ? [] : right.split(":")
  const zeros = Array.from({ length: Math.max(0, 8 - groups.length - more.length) }, () => "0")
  return [...groups, ...zeros, ...more].slice(0, 4).join(":")
}

export class Guesses extends Context.Service<Guesses, {
  /** What counts as one address: the sender's, behind proxies that are trusted. */
  readonly senderUnsafe: (request: IncomingMessage) => string
  /** Milliseconds that this address has to wait before another key of it is looked at; 0 as a rule. */
  readonly pauseUnsafe: (address: string) => number
  /** A key that nobody has was sent from here. */
  readonly wrongUnsafe: (address: string) => void
  /** False for a key that was not right from here before, while its address has to wait. */
  readonly rightUnsafe: (address: string, key: string) => boolean
  readonly sizeUnsafe: () => number
}>()("@aiguilleur/http/Guesses") {
  static readonly layer = Layer.effect(
    Guesses,
    Effect.gen(function*() {
      const { trustedProxies, wrongKeys } = yield* GatewaySettings
      const clock = yield* Clock.Clock
      // In the order of their last wrong key: the first has been quiet for longest.
      const guessers = new Map<string, Guesser>()
      // A wall clock that is put back must lock nobody out for longer.
      const now = () => Number(clock.monotonicTimeNanosUnsafe() / 1_000_000n)

      const forget = (at: number) => {
        for (const [holder, { lastAt }] of guessers) {
          if (guessers.size < mostAddresses && at - lastAt < forgiven) return
          guessers.delete(holder)
        }
      }

      const pauseUnsafe = (address: string): number => {
        if (guessers.size === 0) return 0
        const guesser = guessers.get(holderOf(address))
        return guesser === undefined ? 0 : Math.max(0, guesser.until - now())
      }

      const wrongUnsafe = (address: string): void => {
        const at = now()
        forget(at)
        const holder = holderOf(address)
        const guesser = guessers.get(holder) ?? { wrong: 0, until: 0, lastAt: at, trusted: new Set() }
        guesser.wrong++
        guesser.lastAt = at
        const beyond = guesser.wrong - wrongKeys
        if (beyond > 0) guesser.until = at + Math.min(longestPause, firstPause * 2 ** Math.min(beyond - 1, 20))
        guessers.delete(holder)
        guessers.set(holder, guesser)
      }

      const rightUnsafe = (address: string, key: string): boolean => {
        if (guessers.size === 0) return true
        const guesser = guessers.get(holderOf(address))
        if (guesser === undefined || guesser.trusted.has(key)) return true
        if (guesser.until > now()) return false
        if (guesser.trusted.size < mostTrusted) guesser.trusted.add(key)
        return true
      }

      return {
        senderUnsafe: Sender.make(trustedProxies),
        pauseUnsafe,
        wrongUnsafe,
        rightUnsafe,
        sizeUnsafe: () => guessers.size
      }
    })
  )
}
