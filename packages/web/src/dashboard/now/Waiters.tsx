/** Who waits longest, and what stands in the way on each server that might serve them. */
import { host, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Picture } from "../session/Picture.ts"
import type { Longest, ModelRow } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"
import { obstaclesOfMany } from "./Words.ts"

const texts = {
  title: { en: "Who waits longest, and why", fr: "Qui attend le plus longtemps, et pourquoi" },
  nobody: { en: "Nobody waits.", fr: "Personne n’attend." },
  who: { en: "Organisation and key", fr: "Organisation et clé" },
  model: { en: "Model", fr: "Modèle" },
  priority: { en: "Priority", fr: "Priorité" },
  aged: {
    en: (from: number, to: number) => `${from}, aged to ${to}`,
    fr: (from: number, to: number) => `${from}, vieillie à ${to}`
  },
  waits: { en: "Waits for", fr: "Attend depuis" },
  left: { en: "Patience left", fr: "Patience restante" },
  why: { en: "Why", fr: "Pourquoi" },
  none: { en: "no server is configured for it", fr: "aucun serveur n’est configuré pour elle" },
  servers: {
    en: (n: number) => n === 1 ? "its only server: " : `its ${n} servers: `,
    fr: (n: number) => n === 1 ? "son seul serveur : " : `ses ${n} serveurs : `
  },
  failed: { en: (n: number) => `${n} failed it`, fr: (n: number) => `${n} l’ont manquée` },
  privately: {
    en: "only on its own organisation’s servers; ",
    fr: "seulement sur les serveurs de son organisation ; "
  },
  back: { en: (n: number) => `, came back ${n} times`, fr: (n: number) => `, revenue ${n} fois` }
}

const most = 10

type Waiter = Longest & { readonly model: string; readonly patience: number }

const waitersOf = (models: ReadonlyMap<string, ModelRow>): ReadonlyArray<Waiter> =>
  Array.from(models, ([model, { longest, patience }]) => longest.map((one) => ({ ...one, model, patience }))).flat()
    .toSorted((a, b) => a.arrivedAt - b.arrivedAt)
    .slice(0, most)

const Why = ({ waiter }: { readonly waiter: Waiter }) => {
  const t = useTexts(texts)
  const o = useTexts(obstaclesOfMany)
  const { failed, mode, obstacles, requeues, servers } = waiter
  if (servers === 0) return t.none
  const parts = [...obstacles.map(([why, count]) => o[why](count)), ...(failed > 0 ? [t.failed(failed)] : [])]
  return (
    <>
      {mode === "private-only" && t.privately}
      {t.servers(servers)}
      {parts.join(", ")}
      {requeues > 1 && t.back(requeues)}
    </>
  )
}

export const Waiters = ({ at, models }: { readonly at: number; readonly models: Picture["models"] }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const waiters = waitersOf(models)
  return (
    <section className="waiters" aria-labelledby="waiters">
      <h2 id="waiters">{t.title}</h2>
      {waiters.length === 0 ?
        <p className="soft">{t.nobody}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="waiters">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col">{t.who}</th>
                  <th scope="col">{t.model}</th>
                  <th scope="col">{t.priority}</th>
                  <th scope="col" className="number">{t.waits}</th>
                  <th scope="col" className="number">{t.left}</th>
                  <th scope="col">{t.why}</th>
                </tr>
              </thead>
              <tbody>
                {waiters.map((waiter) => (
                  <tr key={waiter.ticket}>
                    <th scope="row">
                      <i className={`chip ${hueOf(waiter.organisation)}`} />
                      <span translate="no">{waiter.organisation} · {host(waiter.key)}</span>
                    </th>
                    <td data-label={t.model} translate="no">{waiter.model}</td>
                    <td data-label={t.priority}>
                      {waiter.effective > waiter.priority ? t.aged(waiter.priority, waiter.effective) : waiter.priority}
                    </td>
                    <td data-label={t.waits} className="number strong">{span(language, at - waiter.arrivedAt)}</td>
                    <td data-label={t.left} className="number">{span(language, waiter.deadline - at)}</td>
                    <td data-label={t.why} className="why">
                      <Why waiter={waiter} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  )
}
