/** What needs somebody, the worst first: which, since when, and whom it hurts. */
import { useEffect, useRef, useState } from "react"
import { clock, count, host, lasting, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Picture } from "../session/Picture.ts"
import { hueOf } from "./Hues.ts"
import type { Aspect } from "./Signal.tsx"
import { Signal } from "./Signal.tsx"
import type { Case, Hurt, Severity, Trouble } from "./Trouble.ts"
import { casesOf, troublesOf } from "./Trouble.ts"
import { causeOf, causes } from "./Words.ts"

const texts = {
  title: { en: "What needs you", fr: "Ce qui vous attend" },
  clear: { en: "All lines are clear.", fr: "Toutes les voies sont libres." },
  noServer: { en: "has no server that is up", fr: "n’a aucun serveur en service" },
  trial: { en: "is on trial: one request at a time", fr: "est à l’essai : une requête à la fois" },
  unknownModel: { en: "does not know the model", fr: "ne connaît pas le modèle" },
  slow: {
    en: (ttft: string, against: string) => `is slow: first token after ${ttft} (p95), against ${against}`,
    fr: (ttft: string, against: string) => `est lent : premier jeton après ${ttft} (p95), contre ${against}`
  },
  heldOff: { en: "asked for a pause", fr: "a demandé une pause" },
  losing: { en: "loses requests", fr: "perd des requêtes" },
  longWait: { en: "makes people wait", fr: "fait attendre" },
  draining: { en: "is draining", fr: "est en vidange" },
  since: {
    en: (at: string, span: string) => `since ${at} (${span})`,
    fr: (at: string, span: string) => `depuis ${at} (${span})`
  },
  until: { en: (at: string) => `next trial at ${at}`, fr: (at: string) => `prochain essai à ${at}` },
  byHand: { en: "until restored by hand", fr: "jusqu’à remise en service à la main" },
  left: {
    en: (up: number, of: number) =>
      up === of ? `all ${of} servers take work` : up === 0 ? "no server left" : `${up} of ${of} servers left`,
    fr: (up: number, of: number) =>
      up === of
        ? `les ${of} serveurs sont en service`
        : up === 0
        ? "plus aucun serveur"
        : `reste ${up} serveur${up > 1 ? "s" : ""} sur ${of}`
  },
  waits: {
    en: (n: string, longest: string) => `${n} waiting, the longest for ${longest}`,
    fr: (n: string, longest: string) => `${n} en attente, la plus longue depuis ${longest}`
  },
  nobody: { en: "nobody waits", fr: "personne n’attend" },
  lost: { en: (n: string) => `${n} lost in 5 min`, fr: (n: string) => `${n} perdues en 5 min` },
  hurts: { en: "Whom it hurts", fr: "Qui en souffre" },
  details: { en: "Details", fr: "Détails" },
  more: { en: (n: number) => `${n} more`, fr: (n: number) => `${n} de plus` },
  fewer: { en: "Show fewer", fr: "Montrer moins" }
}

const aspects: Readonly<Record<Severity, Aspect>> = { stop: "stop", caution: "caution", note: "shunt" }

/** Of one case; the rest are a click away. */
const mostShown = 6

/** Organisations named in one line. */
const mostNamed = 4

const useSentence = () => {
  const t = useTexts(texts)
  const c = useTexts(causes)
  const { language } = useLanguage()
  return ({ against, because, kind, ttft }: Trouble): string => {
    switch (kind) {
      case "ejected":
        return c[causeOf(because)]
      case "slow":
        return t.slow(span(language, ttft ?? 0), span(language, against ?? 0))
      case "no-server":
        return t.noServer
      case "unknown-model":
        return t.unknownModel
      case "held-off":
        return t.heldOff
      case "long-wait":
        return t.longWait
      default:
        return t[kind]
    }
  }
}

const Named = ({ all }: { readonly all: ReadonlyArray<readonly [organisation: string, count: number]> }) => {
  const { language } = useLanguage()
  return (
    <span className="named">
      {all.slice(0, mostNamed).map(([organisation, number]) => (
        <span key={organisation} className="who">
          <i className={`chip ${hueOf(organisation)}`} />
          <span translate="no">{organisation}</span> <b>{count(language, number)}</b>
        </span>
      ))}
      {all.length > mostNamed && "…"}
    </span>
  )
}

const Effects = ({ at, hurt }: { readonly at: number; readonly hurt: Hurt }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const { lost, model, of, oldest, up, waiting } = hurt
  const sum = (all: ReadonlyArray<readonly [string, number]>) => all.reduce((total, [, number]) => total + number, 0)
  return (
    <li>
      <span className="model" translate="no">{model}</span>
      <span>{t.left(up, of)}</span>
      {oldest === undefined
        ? <span>{t.nobody}</span>
        : (
          <span>
            {t.waits(count(language, sum(waiting)), span(language, at - oldest))} <Named all={waiting} />
          </span>
        )}
      {lost.length > 0 && (
        <span className="lost">
          {t.lost(count(language, sum(lost)))} <Named all={lost} />
        </span>
      )}
    </li>
  )
}

const Cause = ({ at, onOpen, trouble }: {
  readonly at: number
  readonly trouble: Trouble
  readonly onOpen: (url: string) => void
}) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const sentence = useSentence()
  const { kind, server, severity, since, until } = trouble
  return (
    <li className="trouble" data-severity={severity}>
      <Signal aspect={aspects[severity]} />
      <p className="what">
        <b translate="no">{server === undefined ? trouble.model : host(server)}</b> {sentence(trouble)}{" "}
        {since !== undefined && (
          <span className="when">{t.since(clock(language, since), lasting(language, at - since))}</span>
        )} {until !== undefined && until > at && <span className="when">{t.until(clock(language, until))}</span>}
        {kind === "ejected" && until === undefined && <span className="when">{t.byHand}</span>}
      </p>
      {server !== undefined && (
        <button type="button" onClick={() => onOpen(server)}>
          {t.details}
          <span className="unseen" translate="no">{host(server)}</span>
        </button>
      )}
    </li>
  )
}

const CaseItem = ({ at, hurts, onOpen, troubles }: Pick<Case, "hurts" | "troubles"> & {
  readonly at: number
  readonly onOpen: (url: string) => void
}) => {
  const t = useTexts(texts)
  const [all, setAll] = useState(false)
  return (
    <li className="case">
      <ul>
        {(all ? troubles : troubles.slice(0, mostShown)).map((trouble) => (
          <Cause key={trouble.id} trouble={trouble} at={at} onOpen={onOpen} />
        ))}
      </ul>
      {troubles.length > mostShown && (
        <button type="button" className="plain" onClick={() => setAll(!all)}>
          {all ? t.fewer : t.more(troubles.length - mostShown)}
        </button>
      )}
      <ul className="hurts" aria-label={t.hurts}>
        {hurts.map((hurt) => <Effects key={hurt.model} hurt={hurt} at={at} />)}
      </ul>
    </li>
  )
}

/** Tells a screen reader of a trouble when it begins, and not four times a second. */
const Announcer = ({ troubles }: { readonly troubles: ReadonlyArray<Trouble> }) => {
  const sentence = useSentence()
  const known = useRef<ReadonlySet<string>>(new Set())
  const [said, say] = useState("")
  useEffect(() => {
    const fresh = troubles.filter(({ id, severity }) => severity !== "note" && !known.current.has(id))
    known.current = new Set(troubles.map(({ id }) => id))
    if (fresh.length > 0) {
      say(fresh.map((one) => `${one.server === undefined ? one.model : host(one.server)} ${sentence(one)}`).join(". "))
    }
  }, [troubles])
  return <p className="unseen" role="status">{said}</p>
}

export const Troubles = ({ onOpen, picture }: {
  readonly picture: Picture
  readonly onOpen: (url: string) => void
}) => {
  const t = useTexts(texts)
  const troubles = troublesOf(picture)
  return (
    <section className="troubles" aria-labelledby="troubles">
      <h2 id="troubles">{t.title}</h2>
      <Announcer troubles={troubles} />
      {troubles.length === 0
        ? (
          <p className="clear">
            <Signal aspect="open" /> {t.clear}
          </p>
        )
        : (
          <ul>
            {casesOf(troubles).map(({ hurts, id, troubles }) => (
              <CaseItem key={id} hurts={hurts} troubles={troubles} at={picture.at} onOpen={onOpen} />
            ))}
          </ul>
        )}
    </section>
  )
}
