/** What an operator may do to a server, each asked for once more before it is done. */
import { useState } from "react"
import { Confirm } from "../../page/Confirm.tsx"
import { host } from "../../page/Format.ts"
import { useTexts } from "../../page/Language.tsx"
import { ask } from "../session/Api.ts"
import * as Session from "../session/Session.ts"
import type { ServerRow } from "../wire/Live.ts"
import type { Operation, Order } from "../wire/Operation.ts"

const texts = {
  drain: { en: "Drain", fr: "Vider" },
  resume: { en: "Resume", fr: "Reprendre" },
  eject: { en: "Eject", fr: "Éjecter" },
  restore: { en: "Restore", fr: "Remettre en service" },
  drainTitle: { en: (server: string) => `Drain ${server}?`, fr: (server: string) => `Vider ${server} ?` },
  resumeTitle: { en: (server: string) => `Resume ${server}?`, fr: (server: string) => `Reprendre ${server} ?` },
  ejectTitle: { en: (server: string) => `Eject ${server}?`, fr: (server: string) => `Éjecter ${server} ?` },
  restoreTitle: {
    en: (server: string) => `Restore ${server}?`,
    fr: (server: string) => `Remettre ${server} en service ?`
  },
  drainMeans: {
    en: "It takes nothing new and finishes what it has, for as long as you like. A restart of the gateway forgets it.",
    fr:
      "Il ne prend plus rien et finit ce qu’il a, aussi longtemps que vous voulez. Un redémarrage de la passerelle l’oublie."
  },
  resumeMeans: { en: "It takes work again at once.", fr: "Il reprend du travail tout de suite." },
  ejectMeans: {
    en: "It counts as down until you restore it, whatever its health checks say. What it is working on goes on.",
    fr:
      "Il compte comme arrêté jusqu’à ce que vous le remettiez en service, quoi que disent ses contrôles. Ce qu’il a en cours continue."
  },
  restoreMeans: {
    en: "Whatever keeps it out ends now. It gets one request; if that is answered, it takes work as before.",
    fr: "Ce qui l’écarte prend fin. Il reçoit une requête ; s’il y répond, il reprend du travail comme avant."
  },
  running: {
    en: (leases: number) => `Requests on it now: ${leases}.`,
    fr: (leases: number) => `Requêtes en cours sur lui : ${leases}.`
  }
}

/** Those that would change something. */
const possible = ({ heldOffUntil, pairs, state }: ServerRow): ReadonlyArray<Operation> => {
  const isOut = state === "ejected" || heldOffUntil !== undefined ||
    pairs.some(({ obstacle }) => obstacle === "unknown-model")
  return [
    state === "draining" ? "resume" : "drain",
    ...(state === "ejected" ? [] : ["eject"] as const),
    ...(isOut ? ["restore"] as const : [])
  ]
}

export const Operations = ({ server, url }: { readonly url: string; readonly server: ServerRow }) => {
  const t = useTexts(texts)
  const [asked, setAsked] = useState<Operation>()
  const order = async () => {
    const body: Order = { url, operation: asked! }
    await ask(Session.read() ?? "", "servers", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body)
    })
  }
  return (
    <div className="operations">
      {possible(server).map((operation) => (
        <button
          key={operation}
          type="button"
          data-operation={operation}
          onClick={() => setAsked(operation)}
        >
          {t[operation]}
        </button>
      ))}
      {asked !== undefined && (
        <Confirm
          title={t[`${asked}Title`](host(url))}
          action={t[asked]}
          grave={asked === "eject"}
          onConfirm={order}
          onClose={() => setAsked(undefined)}
        >
          <p>{t[`${asked}Means`]}</p>
          <p className="soft">{t.running(server.leases)}</p>
        </Confirm>
      )}
    </div>
  )
}
