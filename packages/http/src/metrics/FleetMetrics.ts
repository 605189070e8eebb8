/** How things stand at the moment they are asked for: who waits, who runs, which servers take work. */
import type { Board, ModelBoard, ServerBoard } from "@aiguilleur/core/Board"
import { gauge } from "./Definition.ts"
import type { MetricsText } from "./MetricsText.ts"

const request = ["model", "organisation", "priority"] as const

export const definitions = {
  waiting: gauge(
    "aiguilleur_requests_waiting",
    "requests",
    "Requests that wait for a server, by effective priority",
    ...request
  ),
  inFlight: gauge(
    "aiguilleur_requests_in_flight",
    "requests",
    "Requests that hold a slot, by base priority",
    ...request
  ),
  oldest: gauge(
    "aiguilleur_oldest_waiting_seconds",
    "seconds",
    "How long the request that has waited longest for the model has waited; 0 where none waits",
    "model"
  ),
  patience: gauge("aiguilleur_model_patience_seconds", "seconds", "How long a request may wait for the model", "model"),
  servers: gauge("aiguilleur_model_servers", "servers", "Servers that are configured for the model", "model"),
  serversUp: gauge(
    "aiguilleur_model_servers_up",
    "servers",
    "Of these, those that are up for it; a half-open one counts",
    "model"
  ),
  info: gauge(
    "aiguilleur_server_info",
    "1",
    "Always 1: what is known of a server, to be joined by its URL",
    "server",
    "kind",
    "organisation",
    "site"
  ),
  state: gauge(
    "aiguilleur_server_state",
    "1",
    "1 for the state that the server is in, 0 for the others: up, half-open, ejected, draining",
    "server",
    "state"
  ),
  heldOff: gauge("aiguilleur_server_held_off", "1", "1 while the server has asked for a pause", "server"),
  slots: gauge("aiguilleur_server_slots", "slots", "Requests that the server may be given at once", "server"),
  leases: gauge("aiguilleur_server_in_flight", "requests", "Requests that hold a slot of the server", "server"),
  guests: gauge(
    "aiguilleur_server_guests_in_flight",
    "requests",
    "Of these, those of other organisations than the owner",
    "server"
  ),
  figure: gauge(
    "aiguilleur_server_ttft_p95_seconds",
    "seconds",
    "The 95th percentile of the time to first token that decisions are made with now",
    "model",
    "server"
  ),
  weight: gauge("aiguilleur_organisation_weight", "1", "The organisation's share of a contested fleet", "organisation")
}

const states = ["up", "half-open", "ejected", "draining"] as const
const out = new Set(["removed", "draining", "ejected", "unknown-model"])

const server = (text: MetricsText, shown: ServerBoard, now: number): void => {
  const { url } = shown
  text.add(definitions.info, 1, url, shown.kind, shown.organisation, shown.site)
  for (const state of states) text.add(definitions.state, state === shown.state ? 1 : 0, url, state)
  text.add(definitions.heldOff, (shown.heldOffUntil ?? 0) > now ? 1 : 0, url)
  text.add(definitions.slots, shown.maxConcurrent, url)
  text.add(definitions.leases, shown.leases, url)
  text.add(definitions.guests, shown.guests, url)
  for (const { model, ttft } of shown.pairs) {
    if (ttft !== undefined) text.add(definitions.figure, ttft / 1_000, model, url)
  }
}

const model = (text: MetricsText, { name, patience, waiting }: ModelBoard, { at, servers }: Board): void => {
  const oldest = Math.min(at, ...waiting.map(({ oldest }) => oldest))
  const pairs = servers.flatMap(({ pairs }) => pairs.filter((pair) => pair.model === name))
  text.add(definitions.oldest, (at - oldest) / 1_000, name)
  text.add(definitions.patience, patience / 1_000, name)
  text.add(definitions.servers, pairs.length, name)
  text.add(definitions.serversUp, pairs.filter(({ obstacle }) => !out.has(obstacle ?? "")).length, name)
}

/** `kinds`: every model, organisation and priority that was ever seen, so that a queue that empties goes to 0. */
export const write = (
  text: MetricsText,
  board: Board,
  kinds: Iterable<readonly [model: string, organisation: string, priority: number]>
): void => {
  const counts = [["waiting", new Map<string, number>()], ["running", new Map<string, number>()]] as const
  const idOf = (...labels: ReadonlyArray<string | number>) => JSON.stringify(labels)
  const all = new Map([...kinds].map((kind) => [idOf(...kind), kind]))
  for (const shown of board.models) {
    for (const [field, count] of counts) {
      for (const group of shown[field]) {
        const kind = [shown.name, group.organisation, group.priority] as const
        all.set(idOf(...kind), kind)
        count.set(idOf(...kind), group.count)
      }
    }
  }
  for (const [id, kind] of all) {
    text.add(definitions.waiting, counts[0][1].get(id) ?? 0, ...kind)
    text.add(definitions.inFlight, counts[1][1].get(id) ?? 0, ...kind)
  }
  for (const shown of board.models) model(text, shown, board)
  for (const shown of board.servers) server(text, shown, board.at)
  const weights = new Map(
    board.pools.flatMap(({ shares }) => shares.map((share) => [share.organisation, share.weight]))
  )
  for (const [organisation, weight] of weights) text.add(definitions.weight, weight, organisation)
}
