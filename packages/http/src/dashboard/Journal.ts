/** What happened to the fleet lately, in order: when a server left, came back or grew slow, and whose hand was in it. */
import type { JournalEntry } from "@aiguilleur/web/dashboard/wire/Live"

const most = 100

/** An engine that is busy asks for one pause after another. */
const sameBreath = 30_000

const turns = new Set(["ejected", "restored", "ejected-by-hand", "restored-by-hand"])

export class Journal {
  private entries: Array<JournalEntry> = []
  private last = 0

  write(entry: Omit<JournalEntry, "id">): void {
    // A server that fails its trials is ejected again and again: once is news.
    if (entry.kind === "ejected") {
      const before = this.entries.findLast(({ kind, server }) => server === entry.server && turns.has(kind))
      if (before?.kind === "ejected" && before.because === entry.because) return
    }
    if (entry.kind === "held-off") {
      const before = this.entries.findLast(({ kind, server }) => kind === "held-off" && server === entry.server)
      if (before !== undefined && entry.at - before.at < sameBreath) return
    }
    this.entries.push({ id: ++this.last, ...entry })
    if (this.entries.length > most) this.entries.shift()
  }

  /** Those after the one with this id. */
  since(id: number): ReadonlyArray<JournalEntry> {
    return id >= this.last ? [] : this.entries.filter((entry) => entry.id > id)
  }

  get newest(): number {
    return this.last
  }
}
