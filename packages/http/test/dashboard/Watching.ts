/** A viewer of the live page: its messages as they come, and the picture that they add up to. */
import type { Frame, Message, ModelRow, PoolRow, ServerRow } from "@aiguilleur/web/dashboard/wire/Live"
import { Effect } from "effect"

export interface Picture {
  readonly models: ReadonlyMap<string, ModelRow>
  readonly servers: ReadonlyMap<string, ServerRow>
  readonly pools: ReadonlyMap<string, PoolRow>
}

export interface Watching {
  readonly status: number
  /** As they came, as text. */
  readonly events: ReadonlyArray<string>
  readonly messages: ReadonlyArray<Message>
  readonly frames: ReadonlyArray<Frame>
  readonly picture: () => Picture
  /** Waits for something to be true of it; the test's own limit is the only clock. */
  readonly until: (fact: (watching: Watching) => boolean) => Effect.Effect<void>
  /** When the server has ended it. */
  readonly ended: Effect.Effect<void>
  readonly leave: Effect.Effect<void>
}

const isFrame = (message: Message): message is Frame => "at" in message

const added = (frames: ReadonlyArray<Frame>): Picture => {
  const picture = { models: new Map(), servers: new Map(), pools: new Map() }
  for (const frame of frames) {
    for (const kind of ["models", "servers", "pools"] as const) {
      if (frame.whole === true) picture[kind].clear()
      for (const [name, row] of Object.entries(frame[kind] ?? {})) {
        if (row === null) picture[kind].delete(name)
        else picture[kind].set(name, row)
      }
    }
  }
  return picture
}

export const watch = Effect.fnUntraced(function*(url: string, key: string) {
  const control = yield* Effect.acquireRelease(
    // Not the scope's own signal: a viewer may leave before its test ends.
    Effect.sync(() => new AbortController()),
    (control) => Effect.sync(() => control.abort())
  )
  const response = yield* Effect.promise(() =>
    fetch(`${url}/dashboard/api/live`, { headers: { authorization: `Bearer ${key}` }, signal: control.signal })
  )
  const events: Array<string> = []
  const listeners = new Set<() => void>()
  let isOver = false
  const tell = () => {
    for (const listener of listeners) listener()
  }
  const read = async () => {
    let rest = ""
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n\n")
      rest = parts.pop()!
      events.push(...parts)
      tell()
    }
  }
  void read().catch(() => {}).then(() => {
    isOver = true
    tell()
  })
  const until = (fact: () => boolean) =>
    Effect.callback<void>((resume) => {
      const look = () => {
        if (!fact()) return
        listeners.delete(look)
        resume(Effect.void)
      }
      listeners.add(look)
      look()
      return Effect.sync(() => listeners.delete(look))
    })
  const watching: Watching = {
    status: response.status,
    events,
    get messages() {
      return events.map((event): Message => JSON.parse(event.replace(/^data: /, "")))
    },
    get frames() {
      return watching.messages.filter(isFrame)
    },
    picture: () => added(watching.frames),
    until: (fact) => until(() => fact(watching)),
    ended: until(() => isOver),
    leave: Effect.sync(() => control.abort())
  }
  return watching
})
