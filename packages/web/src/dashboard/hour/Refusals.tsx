/** Why requests were not served, the most frequent first. */
import { count } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import { hueOf } from "../now/Hues.ts"
import type { Refusals as Row } from "../wire/Hour.ts"

const texts = {
  title: { en: "Why requests were not served", fr: "Pourquoi des requêtes n’ont pas été servies" },
  none: { en: "All were.", fr: "Toutes l’ont été." },
  organisation: { en: "Organisation", fr: "Organisation" },
  model: { en: "Model", fr: "Modèle" },
  ending: { en: "Ending", fr: "Fin" },
  reason: { en: "Reason", fr: "Raison" },
  times: { en: "Times", fr: "Nombre" },
  refused: { en: "refused", fr: "refusées" },
  evicted: { en: "evicted", fr: "expulsées" },
  failed: { en: "failed", fr: "échouées" },
  unknown: { en: "(no such model)", fr: "(pas de tel modèle)" }
}

/** The reasons that there are, in words; others are shown as they are called. */
const reasons = {
  UnknownModel: { en: "there is no such model", fr: "il n’y a pas de tel modèle" },
  model_not_found: { en: "there is no such model", fr: "il n’y a pas de tel modèle" },
  NotAllowed: { en: "the key does not allow it", fr: "la clé ne le permet pas" },
  model_not_allowed: { en: "the key does not allow it", fr: "la clé ne le permet pas" },
  ThresholdReached: { en: "too many were waiting (the key’s threshold)", fr: "trop attendaient (seuil de la clé)" },
  NoServer: { en: "no server is configured for it", fr: "aucun serveur n’est configuré pour elle" },
  PatienceSpent: { en: "its patience was spent", fr: "sa patience était épuisée" },
  NoServerUp: { en: "no server was up", fr: "aucun serveur n’était en service" },
  AttemptsExhausted: { en: "every attempt failed", fr: "toutes les tentatives ont échoué" },
  TotalSpent: { en: "the total time was spent", fr: "la durée totale était épuisée" },
  Expired: { en: "the total time was spent", fr: "la durée totale était épuisée" },
  ModelRemoved: { en: "the model was removed", fr: "le modèle a été retiré" },
  KeyRevoked: { en: "the key was revoked", fr: "la clé a été révoquée" },
  Stopping: { en: "the service was stopping", fr: "le service s’arrêtait" },
  Broken: { en: "the engine broke off", fr: "le moteur s’est interrompu" },
  stream_broken: { en: "the engine broke off", fr: "le moteur s’est interrompu" },
  upstream_failed: { en: "the engine failed", fr: "le moteur a échoué" }
}

const isKnown = (reason: string): reason is keyof typeof reasons => reason in reasons

const Line = ({ row }: { readonly row: Row }) => {
  const t = useTexts(texts)
  const r = useTexts(reasons)
  const { language } = useLanguage()
  return (
    <tr>
      <td className="number strong" data-label={t.times}>{count(language, row.count)}</td>
      <td data-label={t.ending}>{t[row.ending]}</td>
      <th scope="row">{isKnown(row.reason) ? r[row.reason] : <code translate="no">{row.reason}</code>}</th>
      <td data-label={t.organisation}>
        <i className={`chip ${hueOf(row.organisation)}`} /> <span translate="no">{row.organisation}</span>
      </td>
      <td data-label={t.model}>
        {row.model === "" ? <span className="soft">{t.unknown}</span> : <span translate="no">{row.model}</span>}
      </td>
    </tr>
  )
}

export const Refusals = ({ refusals }: { readonly refusals: ReadonlyArray<Row> }) => {
  const t = useTexts(texts)
  return (
    <section className="block" aria-labelledby="refusals">
      <h2 id="refusals">{t.title}</h2>
      {refusals.length === 0 ?
        <p className="soft">{t.none}</p> :
        (
          <div className="scroll" tabIndex={0} role="region" aria-labelledby="refusals">
            <table className="cards">
              <thead>
                <tr>
                  <th scope="col" className="number">{t.times}</th>
                  <th scope="col">{t.ending}</th>
                  <th scope="col">{t.reason}</th>
                  <th scope="col">{t.organisation}</th>
                  <th scope="col">{t.model}</th>
                </tr>
              </thead>
              <tbody>
                {refusals.map((row) => (
                  <Line key={`${row.organisation} ${row.model} ${row.ending} ${row.reason}`} row={row} />
                ))}
              </tbody>
            </table>
          </div>
        )}
    </section>
  )
}
