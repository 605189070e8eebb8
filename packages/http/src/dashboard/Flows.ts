/** Requests on their way to a server, summed between two frames. */
import type { Notice } from "@aiguilleur/core/Notice"
import type { Flow } from "@aiguilleur/web/dashboard/wire/Live"

/** More kinds than anybody can watch at once. */
const most = 200

export class Flows {
  private counts = new Map<string, [...Parameters<Flows["add"]>, number]>()

  observe(notice: Notice): void {
    if (notice._tag !== "Granted") return
    const { model, priority, server, ticket } = notice.lease
    this.add(model.name, ticket.caller.organisation, priority, server.url)
  }

  private add(model: string, organisation: string, priority: number, server: string): void {
    const id = `${model}\u0000${organisation}\u0000${priority}\u0000${server}`
    const known = this.counts.get(id)
    if (known !== undefined) known[4]++
    else if (this.counts.size < most) this.counts.set(id, [model, organisation, priority, server, 1])
  }

  take(): ReadonlyArray<Flow> {
    if (this.counts.size === 0) return []
    const taken = [...this.counts.values()]
    this.counts = new Map()
    return taken
  }
}
