/** One server of a yard: its signal, its berths, its time to first token, and why it takes no work. */
import { memo } from "react"
import { host, lasting } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { ServerRow } from "../wire/Live.ts"
import { Berths } from "./Berths.tsx"
import type { Aspect } from "./Signal.tsx"
import { aspectOf, Signal } from "./Signal.tsx"
import { Ttft } from "./Ttft.tsx"
import { causeOf, causes, obstacles, states } from "./Words.ts"

const texts = {
  open: { en: "takes work", fr: "prend du travail" },
  full: { en: "full", fr: "complet" },
  caution: { en: "takes little", fr: "en prend peu" },
  stop: { en: "takes none", fr: "n’en prend pas" },
  shunt: { en: "draining", fr: "en vidange" },
  details: { en: (server: string) => `Details of ${server}`, fr: (server: string) => `Détails de ${server}` },
  slots: {
    en: (leases: number, most: number) => `${leases} of ${most} slots`,
    fr: (leases: number, most: number) => `${leases} places sur ${most}`
  },
  since: {
    en: (words: string, since: string) => `${words} for ${since}`,
    fr: (words: string, since: string) => `${words} depuis ${since}`
  },
  pause: {
    en: (left: string) => `asked for a pause, ${left} left`,
    fr: (left: string) => `a demandé une pause, encore ${left}`
  },
  cold: { en: "has never answered yet", fr: "n’a encore jamais répondu" },
  reserved: {
    en: (slots: number) => `${slots} kept for the owner`,
    fr: (slots: number) => `${slots} gardées au propriétaire`
  }
}

type Words = ReturnType<typeof useWords>

const useWords = () => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  return { t, language, c: useTexts(causes), o: useTexts(obstacles), s: useTexts(states) }
}

/** What is to be said of it beyond its signal; empty where there is nothing. */
const remark = (server: ServerRow, model: string, at: number, { c, language, o, s, t }: Words): string => {
  const { because, cold, heldOffUntil, since, state } = server
  const sinceWhen = (words: string) => since === undefined ? words : t.since(words, lasting(language, at - since))
  if (state === "draining") return sinceWhen(s.draining)
  if (state === "ejected") return sinceWhen(c[causeOf(because)])
  if (heldOffUntil !== undefined && heldOffUntil > at) return t.pause(lasting(language, heldOffUntil - at))
  if (state === "half-open") return sinceWhen(s["half-open"])
  const pair = server.pairs.find((pair) => pair.model === model)
  if (pair?.obstacle === "unknown-model") return o["unknown-model"]
  if (pair?.slowSince !== undefined) return t.since(o.slow, lasting(language, at - pair.slowSince))
  if (pair?.obstacle === "slow") return o.slow
  return cold ? t.cold : ""
}

interface Props {
  readonly url: string
  readonly model: string
  readonly server: ServerRow
  /** To the second. */
  readonly at: number
  readonly onOpen: (url: string) => void
}

export const Platform = memo(function Platform({ at, model, onOpen, server, url }: Props) {
  const words = useWords()
  const { t } = words
  const aspect: Aspect = aspectOf(server, model)
  const said = remark(server, model, at, words)
  const pair = server.pairs.find((pair) => pair.model === model)
  return (
    <li className="platform" data-aspect={aspect}>
      <button type="button" onClick={() => onOpen(url)}>
        <Signal aspect={aspect} />
        <span className="unseen">{t[aspect]}</span>
        <Berths server={server} />
        <span className="slots">
          {server.leases}
          <small>/{server.maxConcurrent}</small>
          <span className="unseen">{t.slots(server.leases, server.maxConcurrent)}</span>
        </span>
        <span className="name" translate="no">{host(url)}</span>
        <span className="owner" translate="no">{server.organisation} · {server.site}</span>
        {pair !== undefined && <Ttft pair={pair} />}
        <span className="remark">{said}</span>
        <span className="unseen">{t.details(host(url))}</span>
      </button>
    </li>
  )
})
