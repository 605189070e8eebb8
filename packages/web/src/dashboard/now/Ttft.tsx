/** A p95 time to first token with its bucket: how far behind the model's best server it is. */
import { span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { PairRow } from "../wire/Live.ts"

const texts = {
  unknown: { en: "not measured yet", fr: "pas encore mesuré" },
  best: { en: "among the best", fr: "parmi les meilleurs" },
  behind: {
    en: (buckets: number) => `bucket ${buckets}: about ${times("en", buckets)} times the best`,
    fr: (buckets: number) => `classe ${buckets} : environ ${times("fr", buckets)} fois le meilleur`
  }
}

const times = (language: "en" | "fr", buckets: number): string =>
  (1.5 ** buckets).toLocaleString(language, { maximumSignificantDigits: 2 })

const most = 4

export const Ttft = ({ pair }: { readonly pair: PairRow }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { bucket, ttft } = pair
  if (ttft === undefined || bucket === undefined) return <span className="ttft none" title={t.unknown}>–</span>
  const words = bucket === 0 ? t.best : t.behind(bucket)
  return (
    <span className="ttft" data-slow={pair.slowSince !== undefined || undefined} title={words}>
      {span(language, ttft)}
      <span className="bucket" data-bucket={Math.min(bucket, most)} aria-hidden="true">
        {Array.from({ length: most + 1 }, (_, place) => <i key={place} data-lit={place <= bucket || undefined} />)}
      </span>
      <span className="unseen">{words}</span>
    </span>
  )
}
