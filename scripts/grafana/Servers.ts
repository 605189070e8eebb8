/** Server by server: which one is slow or out of use, since when, and why. And the gateway itself. */
import type { Dashboard } from "./Dashboard.ts"
import type { Query } from "./Panel.ts"
import { series } from "./Panel.ts"

const chosen = `server=~"$server"`

/** One line for each server. */
const each = (expr: string): Query => ({ expr, legend: "{{server}}" })

export const servers: Dashboard = {
  uid: "aiguilleur-servers",
  title: "Aiguilleur: servers",
  description: "Which server is slow or out of use, since when, and why; and the gateway itself.",
  variables: [["server", "aiguilleur_server_info"]],
  rows: [
    {
      title: "State",
      panels: [
        {
          type: "state-timeline",
          title: "Out of use",
          description: "Ejected, half-open (one trial) or draining. An empty line is a server that is up.",
          unit: "short",
          width: 24,
          height: 8,
          queries: [{
            expr: `max by (server, state) (aiguilleur_server_state{${chosen}, state!="up"}) > 0`,
            legend: "{{server}} {{state}}"
          }]
        },
        {
          type: "table",
          title: "Who owns what",
          description: "Kind, owner and site of each server.",
          unit: "short",
          width: 24,
          height: 7,
          queries: [{ expr: `max by (server, kind, organisation, site) (aiguilleur_server_info{${chosen}})` }]
        }
      ]
    },
    {
      title: "Load",
      panels: [
        {
          type: "bargauge",
          title: "Slots in use",
          description: "Requests that hold a slot, of those that the server may be given at once.",
          unit: "percentunit",
          width: 12,
          height: 8,
          limits: [0.9, 1],
          queries: [{
            expr:
              `max by (server) (aiguilleur_server_in_flight{${chosen}}) / max by (server) (aiguilleur_server_slots{${chosen}})`,
            legend: "{{server}}"
          }]
        },
        series(
          "Running requests",
          "short",
          "Requests that hold a slot of the server.",
          each(`max by (server) (aiguilleur_server_in_flight{${chosen}})`)
        ),
        series(
          "Of these, guests",
          "short",
          "Requests of other organisations than the owner.",
          each(`max by (server) (aiguilleur_server_guests_in_flight{${chosen}})`)
        ),
        series(
          "Tokens written",
          "short",
          "Tokens of answers a second.",
          each(`sum by (server) (rate(aiguilleur_server_tokens_total{${chosen}, kind="output"}[$__rate_interval]))`)
        )
      ]
    },
    {
      title: "Speed",
      panels: [
        series(
          "p95 of the time to first token, as decisions see it",
          "s",
          "What least-busy compares and performance holds against the model's threshold.",
          {
            expr: `max by (server, model) (aiguilleur_server_ttft_p95_seconds{${chosen}})`,
            legend: "{{server}} {{model}}"
          }
        ),
        series(
          "p95 of the time to first token, as measured",
          "s",
          "From sending a streaming request to its first token.",
          each(
            `histogram_quantile(0.95, sum by (le, server) (rate(aiguilleur_ttft_seconds_bucket{${chosen}}[$__rate_interval])))`
          )
        ),
        series(
          "Median time between tokens",
          "s",
          "A server that is slow here is overloaded, throttled, or has a smaller GPU.",
          each(
            `histogram_quantile(0.5, sum by (le, server) (rate(aiguilleur_time_per_output_token_seconds_bucket{${chosen}}[$__rate_interval])))`
          )
        ),
        series(
          "Attempts, by outcome",
          "ops",
          "Leases that ended, by what the engine answered (docs/faults.md).",
          {
            expr: `sum by (server, outcome) (rate(aiguilleur_attempts_total{${chosen}}[$__rate_interval]))`,
            legend: "{{server}} {{outcome}}"
          }
        ),
        series(
          "Ejections, by cause",
          "short",
          "Times that a server was taken out of use in the last hour.",
          {
            expr: `sum by (server, because) (increase(aiguilleur_ejections_total{${chosen}}[1h]))`,
            legend: "{{server}} {{because}}"
          }
        ),
        series(
          "Asked for a pause",
          "short",
          "Times in the last hour that a server answered that it was busy. Often: its maxConcurrent is too high.",
          each(`sum by (server) (increase(aiguilleur_hold_offs_total{${chosen}}[1h]))`)
        )
      ]
    },
    {
      title: "The gateway itself",
      panels: [
        series(
          "Event loop: how late",
          "s",
          "Beyond 50 ms at the 99th percentile, streams stutter.",
          { expr: `max by (quantile) (nodejs_eventloop_lag_seconds)`, legend: "{{quantile}}" }
        ),
        series(
          "Processor",
          "percentunit",
          "Share of one core. The gateway is one process: 100 % is all that it can use.",
          { expr: `sum(rate(process_cpu_seconds_total[$__rate_interval]))`, legend: "cores" }
        ),
        series(
          "Memory",
          "bytes",
          "A line that rises for hours without a fall is a leak: report it.",
          { expr: `sum(process_resident_memory_bytes)`, legend: "resident" },
          { expr: `sum(nodejs_heap_size_used_bytes)`, legend: "heap in use" },
          { expr: `sum(nodejs_external_memory_bytes)`, legend: "buffers" }
        ),
        series(
          "Usage rows not yet written",
          "short",
          "Rises while the database is away; rows are lost beyond the bound, and counted.",
          { expr: `sum(aiguilleur_usage_rows_waiting)`, legend: "waiting" },
          { expr: `sum(increase(aiguilleur_usage_rows_lost_total[1h]))`, legend: "lost in the last hour" }
        )
      ]
    }
  ]
}
