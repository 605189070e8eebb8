/** One pool: those who compete for the same servers, what each was served, and what each was due. */
import { compact, decimal, percent } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import { hueOf } from "../now/Hues.ts"
import type { PoolRow, ShareRow } from "../wire/Live.ts"

const texts = {
  pool: { en: "Compete for the same servers:", fr: "Se partagent les mêmes serveurs :" },
  nobody: { en: "Nobody was served here in this time.", fr: "Personne n’a été servi ici pendant ce temps." },
  organisation: { en: "Organisation", fr: "Organisation" },
  weight: { en: "Weight", fr: "Poids" },
  bar: { en: "Served, and the mark of what was due", fr: "Servi, et le repère du dû" },
  served: { en: "Served", fr: "Servi" },
  entitled: { en: "Due", fr: "Dû" },
  difference: { en: "Difference", fr: "Écart" },
  standing: { en: "In the queue now", fr: "Dans la file à présent" },
  says: {
    en: (served: string, entitled: string) => `served ${served} tokens, ${entitled} due`,
    fr: (served: string, entitled: string) => `${served} jetons servis, ${entitled} dus`
  },
  first: { en: "next in turn", fr: "au tour suivant" },
  ahead: { en: (tokens: string) => `${tokens} tokens ahead`, fr: (tokens: string) => `${tokens} jetons d’avance` },
  idle: { en: "nothing waits", fr: "rien n’attend" }
}

export type Over = "recent" | "hour"

const Standing = ({ share }: { readonly share: ShareRow }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (!share.backlogged) return <span className="faint">{t.idle}</span>
  return share.ahead === 0 ? t.first : t.ahead(compact(language, share.ahead))
}

/** A tenth is more than what is still in flight explains. */
const noticeable = 0.1

const Row = ({ most, over, share, total }: {
  readonly share: ShareRow
  readonly over: Over
  readonly most: number
  readonly total: number
}) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [served, entitled] = share[over]
  const gap = entitled === 0 ? 0 : (served - entitled) / entitled
  return (
    <tr>
      <th scope="row">
        <i className={`chip ${hueOf(share.organisation)}`} /> <span translate="no">{share.organisation}</span>
      </th>
      <td className="number" data-label={t.weight}>{decimal(language, share.weight)}</td>
      <td className="bars broad">
        <span className="bar" role="img" aria-label={t.says(compact(language, served), compact(language, entitled))}>
          <span className={hueOf(share.organisation)} style={{ width: `${100 * served / most}%` }} />
          <i style={{ left: `${100 * entitled / most}%` }} />
        </span>
      </td>
      <td className="number" data-label={t.served}>
        {compact(language, served)}{" "}
        <small className="soft">{percent(language, total === 0 ? 0 : served / total)}</small>
      </td>
      <td className="number" data-label={t.entitled}>{compact(language, entitled)}</td>
      <td className="number" data-label={t.difference} data-gap={Math.abs(gap) >= noticeable || undefined}>
        {gap >= 0 ? "+" : "−"}
        {percent(language, Math.abs(gap))}
      </td>
      <td data-label={t.standing} className="broad">
        <Standing share={share} />
      </td>
    </tr>
  )
}

export const Pool = ({ over, pool }: { readonly over: Over; readonly pool: PoolRow }) => {
  const t = useTexts(texts)
  const shares = pool.shares.filter((share) => share[over][0] + share[over][1] > 0 || share.active > 0)
    .toSorted((a, b) => b[over][1] - a[over][1] || (a.organisation < b.organisation ? -1 : 1))
  const most = Math.max(1, ...shares.flatMap((share) => share[over]))
  const total = shares.reduce((sum, share) => sum + share[over][0], 0)
  const id = `pool-${pool.models[0] ?? ""}`
  return (
    <section className="block pool" aria-labelledby={id}>
      <h2 id={id}>
        {pool.models.length > 1 && <span className="soft">{t.pool}</span>}{" "}
        <span translate="no">{pool.models.join(", ")}</span>
      </h2>
      {shares.length === 0 ?
        <p className="soft">{t.nobody}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby={id}>
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">{t.organisation}</th>
                  <th scope="col" className="number">{t.weight}</th>
                  <th scope="col" className="bars">{t.bar}</th>
                  <th scope="col" className="number">{t.served}</th>
                  <th scope="col" className="number">{t.entitled}</th>
                  <th scope="col" className="number">{t.difference}</th>
                  <th scope="col">{t.standing}</th>
                </tr>
              </thead>
              <tbody>
                {shares.map((share) => (
                  <Row key={share.organisation} share={share} over={over} most={most} total={total} />
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  )
}
