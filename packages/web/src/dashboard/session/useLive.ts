/** The live picture in a component: drawn anew when a frame has come. */
import { createContext, use, useSyncExternalStore } from "react"
import type { Live } from "./LiveStream.ts"
import { LiveStream } from "./LiveStream.ts"

export const Stream = createContext<LiveStream | undefined>(undefined)

/** One stream for each key, however often React makes its mind up anew. */
let open: { readonly key: string; readonly stream: LiveStream } | undefined

export const streamOf = (key: string): LiveStream => {
  if (open?.key === key) return open.stream
  open?.stream.close()
  open = { key, stream: new LiveStream(key) }
  return open.stream
}

export const hangUp = (): void => {
  open?.stream.close()
  open = undefined
}

export const useLive = (): Live => {
  const stream = use(Stream)!
  return useSyncExternalStore(stream.subscribe, stream.snapshot)
}
