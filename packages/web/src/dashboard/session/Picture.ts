/** What is known of the fleet now, added up from frames. A row that did not change stays the same object. */
import type { Flow, Frame, Hello, JournalEntry, ModelRow, PoolRow, ServerRow } from "../wire/Live.ts"

export interface Picture {
  /** The gateway's clock at the last frame, epoch milliseconds. */
  readonly at: number
  readonly models: ReadonlyMap<string, ModelRow>
  readonly servers: ReadonlyMap<string, ServerRow>
  readonly pools: ReadonlyMap<string, PoolRow>
  /** The newest last. */
  readonly journal: ReadonlyArray<JournalEntry>
  /** Of the last frame alone. */
  readonly flow: ReadonlyArray<Flow>
}

export type Who = Hello["hello"]

const remembered = 100

const merged = <A>(
  before: ReadonlyMap<string, A>,
  rows: Readonly<Record<string, A | null>> | undefined,
  whole: boolean
): ReadonlyMap<string, A> => {
  if (rows === undefined) return before
  const now = new Map(whole ? [] : before)
  for (const [name, row] of Object.entries(rows)) {
    if (row === null) now.delete(name)
    else now.set(name, row)
  }
  return now
}

export const empty: Picture = {
  at: 0,
  models: new Map(),
  servers: new Map(),
  pools: new Map(),
  journal: [],
  flow: []
}

export const next = (picture: Picture, frame: Frame): Picture => {
  const whole = frame.whole === true
  const known = whole ? [] : picture.journal
  return {
    at: frame.at,
    models: merged(picture.models, frame.models, whole),
    servers: merged(picture.servers, frame.servers, whole),
    pools: merged(picture.pools, frame.pools, whole),
    journal: frame.journal === undefined ? known : [...known, ...frame.journal].slice(-remembered),
    flow: frame.flow ?? []
  }
}
