/** The steps of a transcription as stations on a line, with what waits and what is worked on at each. */
import { count, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Transcriptions } from "../wire/Transcriptions.ts"
import { stations } from "./Words.ts"

const texts = {
  title: { en: "Jobs by step", fr: "Travaux par étape" },
  waiting: { en: "waiting", fr: "en attente" },
  running: { en: "running", fr: "en cours" },
  longest: { en: (time: string) => `longest wait ${time}`, fr: (time: string) => `plus longue attente ${time}` },
  took: {
    en: (p50: string, p95: string) => `takes ${p50}, p95 ${p95}`,
    fr: (p50: string, p95: string) => `prend ${p50}, p95 ${p95}`
  },
  ended: { en: "Ended within the hour", fr: "Terminés depuis une heure" },
  success: { en: (n: string) => `${n} succeeded`, fr: (n: string) => `${n} réussis` },
  failure: { en: (n: string) => `${n} failed`, fr: (n: string) => `${n} échoués` },
  media: { en: (time: string) => `${time} of media`, fr: (time: string) => `${time} de médias` }
}

export const Line = ({ value }: { readonly value: Transcriptions }) => {
  const t = useTexts(texts)
  const s = useTexts(stations)
  const { language } = useLanguage()
  const { at, ended } = value
  return (
    <section aria-label={t.title}>
      <ol className="line">
        {value.stations.map(({ oldestWaiting, running, seconds, station, waiting }) => (
          <li key={station} data-busy={running > 0 || undefined}>
            <h2>{s[station]}</h2>
            <p className="counts">
              <b>{count(language, waiting)}</b> {t.waiting} · <b>{count(language, running)}</b> {t.running}
            </p>
            <p className="soft">
              {oldestWaiting !== null && waiting > 0 && <span>{t.longest(span(language, at - oldestWaiting))}</span>}
              {seconds !== null && (
                <span>{t.took(span(language, seconds[0] * 1_000), span(language, seconds[1] * 1_000))}</span>
              )}
            </p>
          </li>
        ))}
        <li className="terminus">
          <h2>{t.ended}</h2>
          <p className="counts">
            <b>{t.success(count(language, ended.success))}</b>
          </p>
          <p className="soft">
            {ended.mediaSeconds > 0 && <span>{t.media(span(language, ended.mediaSeconds * 1_000))}</span>}
            {ended.failure > 0 && <span className="lost">{t.failure(count(language, ended.failure))}</span>}
          </p>
        </li>
      </ol>
    </section>
  )
}
