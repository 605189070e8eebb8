/** Entries of the journal in words, the newest first. */
import { clock, host } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { JournalEntry, JournalKind } from "../wire/Live.ts"
import type { Aspect } from "./Signal.tsx"
import { Signal } from "./Signal.tsx"
import { causeOf, causes } from "./Words.ts"

const texts = {
  restored: { en: "answers again", fr: "répond de nouveau" },
  "held-off": { en: "asked for a pause", fr: "a demandé une pause" },
  slow: { en: (model: string) => `grew slow for ${model}`, fr: (model: string) => `est devenu lent pour ${model}` },
  swift: {
    en: (model: string) => `is no longer slow for ${model}`,
    fr: (model: string) => `n’est plus lent pour ${model}`
  },
  draining: { en: (by: string) => `is drained by ${by}`, fr: (by: string) => `est vidé par ${by}` },
  resumed: { en: (by: string) => `is resumed by ${by}`, fr: (by: string) => `est repris par ${by}` },
  "ejected-by-hand": { en: (by: string) => `is ejected by ${by}`, fr: (by: string) => `est éjecté par ${by}` },
  "restored-by-hand": {
    en: (by: string) => `is restored by ${by}`,
    fr: (by: string) => `est remis en service par ${by}`
  }
}

const aspects: Readonly<Record<JournalKind, Aspect>> = {
  ejected: "stop",
  "ejected-by-hand": "stop",
  "held-off": "caution",
  slow: "caution",
  swift: "open",
  restored: "open",
  resumed: "open",
  "restored-by-hand": "caution",
  draining: "shunt"
}

export const JournalList = ({ entries }: { readonly entries: ReadonlyArray<JournalEntry> }) => {
  const t = useTexts(texts)
  const c = useTexts(causes)
  const { language } = useLanguage()
  const words = ({ because, by = "?", kind, model = "?" }: JournalEntry): string => {
    if (kind === "ejected") return c[causeOf(because)]
    const text = t[kind]
    return typeof text === "string" ? text : text(kind === "slow" || kind === "swift" ? model : by)
  }
  return (
    <ol className="journal">
      {entries.toReversed().map((entry) => (
        <li key={entry.id}>
          <time dateTime={new Date(entry.at).toISOString()}>{clock(language, entry.at)}</time>
          <Signal aspect={aspects[entry.kind]} />
          <span>
            <b translate="no">{host(entry.server)}</b> {words(entry)}
          </span>
        </li>
      ))}
    </ol>
  )
}
