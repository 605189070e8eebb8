/** The views of the page, as stations on its line; each is a fragment, so that it can be bookmarked. */
import { useSyncExternalStore } from "react"

export const views = ["now", "hour", "transcriptions", "shares", "laboratory"] as const
export type View = (typeof views)[number]

const present = (): View => views.find((view) => location.hash === `#${view}`) ?? "now"

const subscribe = (listener: () => void): () => void => {
  addEventListener("hashchange", listener)
  return () => removeEventListener("hashchange", listener)
}

export const useView = (): View => useSyncExternalStore(subscribe, present)
