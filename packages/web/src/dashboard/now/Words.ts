/** The words for what keeps a server from taking work, in both languages, for every part of the page that needs them. */
import type { Obstacle } from "../wire/Live.ts"

export const states = {
  up: { en: "up", fr: "en service" },
  "half-open": { en: "on trial", fr: "à l’essai" },
  ejected: { en: "ejected", fr: "éjecté" },
  draining: { en: "draining", fr: "en vidange" }
}

export const causes = {
  Down: { en: "does not answer", fr: "ne répond pas" },
  Suspect: { en: "fails what others then serve", fr: "échoue là où d’autres réussissent" },
  Misconfigured: { en: "refuses our token", fr: "refuse notre jeton" },
  Operator: { en: "was ejected by hand", fr: "a été éjecté à la main" }
}

export type Cause = keyof typeof causes

export const causeOf = (because: string | undefined): Cause =>
  because !== undefined && because in causes ? because as Cause : "Down"

/** Why it takes no more, said of one server. */
export const obstacles: Readonly<Record<Obstacle, { readonly en: string; readonly fr: string }>> = {
  removed: { en: "removed", fr: "retiré" },
  draining: { en: "draining", fr: "en vidange" },
  ejected: { en: "ejected", fr: "éjecté" },
  "unknown-model": { en: "does not know the model", fr: "ne connaît pas le modèle" },
  "held-off": { en: "asked for a pause", fr: "a demandé une pause" },
  trial: { en: "one trial at a time", fr: "un essai à la fois" },
  full: { en: "full", fr: "complet" },
  slow: { en: "too slow", fr: "trop lent" }
}

/** The same, said of several. */
export const obstaclesOfMany: Readonly<
  Record<Obstacle, { readonly en: (count: number) => string; readonly fr: (count: number) => string }>
> = {
  removed: { en: (count) => `${count} removed`, fr: (count) => `${count} retiré${count > 1 ? "s" : ""}` },
  draining: { en: (count) => `${count} draining`, fr: (count) => `${count} en vidange` },
  ejected: { en: (count) => `${count} ejected`, fr: (count) => `${count} éjecté${count > 1 ? "s" : ""}` },
  "unknown-model": {
    en: (count) => `${count} without the model`,
    fr: (count) => `${count} sans le modèle`
  },
  "held-off": { en: (count) => `${count} paused`, fr: (count) => `${count} en pause` },
  trial: { en: (count) => `${count} on trial`, fr: (count) => `${count} à l’essai` },
  full: { en: (count) => `${count} full`, fr: (count) => `${count} complet${count > 1 ? "s" : ""}` },
  slow: { en: (count) => `${count} too slow`, fr: (count) => `${count} trop lent${count > 1 ? "s" : ""}` }
}
