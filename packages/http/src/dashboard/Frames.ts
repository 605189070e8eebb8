/** The one encoding that all viewers share: what changed since the last frame, and the whole for who is new. */
import type { Flow, JournalEntry } from "@aiguilleur/web/dashboard/wire/Live"
import type { Kind, Rows } from "./Rows.ts"

const kinds = ["models", "servers", "pools"] as const satisfies ReadonlyArray<Kind>
const nothing: Rows = { models: new Map(), servers: new Map(), pools: new Map() }

const member = (name: string, json: string): string => `${JSON.stringify(name)}:${json}`

const changes = (before: ReadonlyMap<string, string>, now: ReadonlyMap<string, string>): ReadonlyArray<string> => {
  const changed: Array<string> = []
  for (const [name, json] of now) if (before.get(name) !== json) changed.push(member(name, json))
  for (const name of before.keys()) if (!now.has(name)) changed.push(member(name, "null"))
  return changed
}

const event = (members: ReadonlyArray<string>): string => `data: {${members.join(",")}}\n\n`

export class Frames {
  private rows: Rows = nothing
  private at = 0

  /** What changed, as one event; undefined if nothing did. */
  next(at: number, rows: Rows, journal: ReadonlyArray<JournalEntry>, flow: ReadonlyArray<Flow>): string | undefined {
    const members: Array<string> = []
    for (const kind of kinds) {
      const changed = changes(this.rows[kind], rows[kind])
      if (changed.length > 0) members.push(`"${kind}":{${changed.join(",")}}`)
    }
    this.rows = rows
    this.at = at
    if (journal.length > 0) members.push(`"journal":${JSON.stringify(journal)}`)
    if (flow.length > 0) members.push(`"flow":${JSON.stringify(flow)}`)
    return members.length === 0 ? undefined : event([`"at":${at}`, ...members])
  }

  /** Everything as it was in the last frame. */
  whole(journal: ReadonlyArray<JournalEntry>): string {
    const rows = kinds.map((kind) =>
      `"${kind}":{${Array.from(this.rows[kind], ([name, json]) => member(name, json)).join(",")}}`
    )
    return event([`"at":${this.at}`, `"whole":true`, ...rows, `"journal":${JSON.stringify(journal)}`])
  }
}

/** That nothing has changed is worth saying too. */
export const still = (at: number): string => event([`"at":${at}`])
