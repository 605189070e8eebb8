/** One server in full: how it stands, who holds its slots, what its engine says, and what may be done. */
import { useEffect, useId, useRef } from "react"
import { clock, count, host, lasting, percent } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import { useLive } from "../session/useLive.ts"
import type { PairRow, ServerRow } from "../wire/Live.ts"
import { Berths } from "./Berths.tsx"
import { hueOf } from "./Hues.ts"
import { JournalList } from "./JournalList.tsx"
import { Operations } from "./Operations.tsx"
import { aspectOf, Signal } from "./Signal.tsx"
import { Ttft } from "./Ttft.tsx"
import { causeOf, causes, obstacles, states } from "./Words.ts"

const texts = {
  close: { en: "Close", fr: "Fermer" },
  gone: { en: "This server has left the configuration.", fr: "Ce serveur a quitté la configuration." },
  owner: { en: "Owner", fr: "Propriétaire" },
  site: { en: "Site", fr: "Site" },
  kind: { en: "Engine", fr: "Moteur" },
  state: { en: "State", fr: "État" },
  since: { en: "Since", fr: "Depuis" },
  next: { en: "Next trial", fr: "Prochain essai" },
  byHand: { en: "when restored by hand", fr: "à la remise en service à la main" },
  slots: { en: "Slots", fr: "Places" },
  slotsOf: {
    en: (leases: number, most: number) => `${leases} of ${most} taken`,
    fr: (leases: number, most: number) => `${leases} prises sur ${most}`
  },
  headroom: { en: (n: number) => `, ${n} more for the urgent`, fr: (n: number) => `, ${n} de plus pour les urgentes` },
  reserve: { en: (n: number) => `, ${n} kept for the owner`, fr: (n: number) => `, ${n} gardées au propriétaire` },
  pause: { en: "Pause until", fr: "Pause jusqu’à" },
  cold: {
    en: "It has never answered yet: one request at a time.",
    fr: "Il n’a encore jamais répondu : une requête à la fois."
  },
  holders: { en: "Who holds its slots", fr: "Qui occupe ses places" },
  free: { en: "All its slots are free.", fr: "Toutes ses places sont libres." },
  models: { en: "For each model", fr: "Pour chaque modèle" },
  model: { en: "Model", fr: "Modèle" },
  ttft: { en: "TTFT p95", fr: "TTFT p95" },
  takes: { en: "Takes work", fr: "Prend du travail" },
  yes: { en: "yes", fr: "oui" },
  engine: { en: "Its engine says", fr: "Son moteur dit" },
  says: {
    en: (running: string, waiting: string) => `${running} running, ${waiting} waiting inside`,
    fr: (running: string, waiting: string) => `${running} en cours, ${waiting} en attente à l’intérieur`
  },
  cache: { en: (share: string) => `, KV cache ${share}`, fr: (share: string) => `, cache KV ${share}` },
  unloaded: { en: ", not loaded", fr: ", pas chargé" },
  history: { en: "What happened to it", fr: "Ce qui lui est arrivé" },
  quiet: { en: "Nothing since this gateway started.", fr: "Rien depuis le démarrage de la passerelle." }
}

const EngineSays = ({ load }: { readonly load: PairRow["load"] }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  if (load === undefined || Object.keys(load).length === 0) return "–"
  const figure = (value: number | undefined) => value === undefined ? "?" : count(language, value)
  return (
    <>
      {t.says(figure(load.running), figure(load.waiting))}
      {load.kvCache !== undefined && t.cache(percent(language, load.kvCache))}
      {load.loaded === false && t.unloaded}
    </>
  )
}

const Facts = ({ at, server }: { readonly at: number; readonly server: ServerRow }) => {
  const t = useTexts(texts)
  const c = useTexts(causes)
  const s = useTexts(states)
  const { language } = useLanguage()
  const { because, ejectedUntil, headroom, heldOffUntil, ownerReserve, since, state } = server
  const facts: ReadonlyArray<readonly [name: string, value: string]> = [
    [t.state, state === "ejected" ? `${s.ejected}: ${c[causeOf(because)]}` : s[state]],
    ...(since === undefined || state === "up"
      ? []
      : [[t.since, `${clock(language, since)} (${lasting(language, at - since)})`]] as const),
    ...(state === "ejected"
      ? [[t.next, ejectedUntil === undefined ? t.byHand : clock(language, ejectedUntil)]] as const
      : []),
    ...(heldOffUntil === undefined ? [] : [[t.pause, clock(language, heldOffUntil)]] as const),
    [
      t.slots,
      t.slotsOf(server.leases, server.maxConcurrent) + (headroom > 0 ? t.headroom(headroom) : "") +
      (ownerReserve > 0 ? t.reserve(ownerReserve) : "")
    ]
  ]
  return (
    <dl className="facts">
      {facts.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
      <div>
        <dt>{t.owner}</dt>
        <dd translate="no">{server.organisation}</dd>
      </div>
      <div>
        <dt>{t.site}</dt>
        <dd translate="no">{server.site}</dd>
      </div>
      <div>
        <dt>{t.kind}</dt>
        <dd translate="no">{server.kind}</dd>
      </div>
    </dl>
  )
}

const Pairs = ({ pairs }: { readonly pairs: ReadonlyArray<PairRow> }) => {
  const t = useTexts(texts)
  const o = useTexts(obstacles)
  return (
    <div className="scroll" tabIndex={0} role="region" aria-label={t.models}>
      <table className="cards">
        <thead>
          <tr>
            <th scope="col">{t.model}</th>
            <th scope="col" className="number">{t.ttft}</th>
            <th scope="col">{t.takes}</th>
            <th scope="col">{t.engine}</th>
          </tr>
        </thead>
        <tbody>
          {pairs.map((pair) => (
            <tr key={pair.model}>
              <th scope="row" translate="no">{pair.model}</th>
              <td className="number" data-label={t.ttft}>
                <Ttft pair={pair} />
              </td>
              <td data-label={t.takes}>{pair.obstacle === undefined ? t.yes : o[pair.obstacle]}</td>
              <td data-label={t.engine} className="broad">
                <EngineSays load={pair.load} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

const Holders = ({ server }: { readonly server: ServerRow }) => {
  const t = useTexts(texts)
  const holders = server.holders.toSorted(([, , a], [, , b]) => b - a)
  if (holders.length === 0) return <p className="soft">{t.free}</p>
  return (
    <>
      <Berths server={server} />
      <ul className="holders">
        {holders.map(([organisation, model, count]) => (
          <li key={`${organisation} ${model}`}>
            <i className={`chip ${hueOf(organisation)}`} />
            <span translate="no">{organisation}</span> <b>{count}</b>{" "}
            <span className="soft" translate="no">{model}</span>
          </li>
        ))}
      </ul>
    </>
  )
}

export const ServerPanel = ({ onClose, url }: { readonly url: string; readonly onClose: () => void }) => {
  const t = useTexts(texts)
  const { picture, who } = useLive()
  const dialog = useRef<HTMLDialogElement>(null)
  const heading = useId()
  useEffect(() => dialog.current?.showModal(), [])
  const server = picture?.servers.get(url)
  const own = picture?.journal.filter((entry) => entry.server === url) ?? []
  return (
    // The dialog itself is the area around its content: a click there closes it.
    <dialog
      ref={dialog}
      className="panel"
      aria-labelledby={heading}
      onClose={({ target, currentTarget }) => target === currentTarget && onClose()}
      onClick={({ target, currentTarget }) => target === currentTarget && dialog.current?.close()}
    >
      <div className="inside">
        <header>
          {server !== undefined && <Signal aspect={aspectOf(server)} />}
          <h2 id={heading} translate="no">{host(url)}</h2>
          <button type="button" className="plain" onClick={() => dialog.current?.close()}>{t.close}</button>
        </header>
        {server === undefined ? <p>{t.gone}</p> : (
          <>
            {who?.rights === "operator" && <Operations url={url} server={server} />}
            <Facts server={server} at={picture!.at} />
            {server.cold && <p className="soft">{t.cold}</p>}
            <h3>{t.holders}</h3>
            <Holders server={server} />
            <h3>{t.models}</h3>
            <Pairs pairs={server.pairs} />
          </>
        )}
        <h3>{t.history}</h3>
        {own.length === 0 ? <p className="soft">{t.quiet}</p> : <JournalList entries={own} />}
      </div>
    </dialog>
  )
}
