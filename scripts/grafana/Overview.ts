/** What an operator looks at first: does it serve, who waits, how long until the first token. */
import type { Dashboard } from "./Dashboard.ts"
import type { Query } from "./Panel.ts"
import { figures, series, stacked } from "./Panel.ts"

/** As every query of the dashboard is narrowed. */
const chosen = `model=~"$model", organisation=~"$organisation"`

const stat = figures(4)

/** Quantiles of a histogram, as lines of one panel. */
const quantiles = (metric: string, by: string, matchers: string): ReadonlyArray<Query> =>
  [0.5, 0.95, 0.99].map((share) => ({
    expr: `histogram_quantile(${share}, sum by (le, ${by}) (rate(${metric}_bucket{${matchers}}[$__rate_interval])))`,
    legend: `{{${by}}} p${share * 100}`
  }))

export const overview: Dashboard = {
  uid: "aiguilleur-overview",
  title: "Aiguilleur: overview",
  description: "Does it serve, who waits, how long until the first token, and for whom.",
  variables: [
    ["model", "aiguilleur_requests_arrived_total"],
    ["organisation", "aiguilleur_requests_arrived_total"]
  ],
  rows: [
    {
      title: "Now",
      panels: [
        stat(
          "Models without a server",
          "short",
          `sum((aiguilleur_model_servers_up{model=~"$model"} == bool 0))`,
          "Models of which no server is up: their requests fail after ten seconds.",
          [1, 1]
        ),
        stat(
          "Servers not up",
          "short",
          `sum(aiguilleur_server_state{state=~"ejected|draining"})`,
          "Servers that get no request: ejected or draining. The dashboard Servers says which and why.",
          [1, 3]
        ),
        stat("Waiting", "short", `sum(aiguilleur_requests_waiting{${chosen}})`, "Requests that wait for a server."),
        stat("In flight", "short", `sum(aiguilleur_requests_in_flight{${chosen}})`, "Requests that hold a slot."),
        stat(
          "Longest wait",
          "s",
          `max(aiguilleur_oldest_waiting_seconds{model=~"$model"})`,
          "How long the request that has waited longest has waited.",
          [60, 300]
        ),
        stat(
          "Failed, last 5 minutes",
          "percentunit",
          `sum(rate(aiguilleur_requests_ended_total{${chosen}, ending=~"failed|evicted"}[5m])) / sum(rate(aiguilleur_requests_arrived_total{${chosen}}[5m]))`,
          "Requests that failed or whose patience was spent, of those that arrived.",
          [0.01, 0.05]
        )
      ]
    },
    {
      title: "Queue and running requests",
      panels: [
        stacked(series(
          "Waiting, by model",
          "short",
          "Where the queue is.",
          { expr: `sum by (model) (aiguilleur_requests_waiting{${chosen}})`, legend: "{{model}}" }
        )),
        stacked(series(
          "Waiting, by effective priority",
          "short",
          "Who waits: a high priority that waits says that the fleet is too small, a low one that it is well used.",
          { expr: `sum by (priority) (aiguilleur_requests_waiting{${chosen}})`, legend: "priority {{priority}}" }
        )),
        stacked(series(
          "Running requests, by model",
          "short",
          "Requests that hold a slot.",
          { expr: `sum by (model) (aiguilleur_requests_in_flight{${chosen}})`, legend: "{{model}}" }
        )),
        stacked(series(
          "Running requests, by organisation",
          "short",
          "Whose requests hold the slots now.",
          { expr: `sum by (organisation) (aiguilleur_requests_in_flight{${chosen}})`, legend: "{{organisation}}" }
        )),
        series(
          "Queue wait, by priority",
          "s",
          "Time that a request waited before its first grant.",
          ...quantiles("aiguilleur_queue_wait_seconds", "priority", chosen)
        ),
        series(
          "Longest wait, by model",
          "s",
          "A line that rises without end is a model that nobody serves to some of its callers.",
          { expr: `max by (model) (aiguilleur_oldest_waiting_seconds{model=~"$model"})`, legend: "{{model}}" }
        )
      ]
    },
    {
      title: "Time to the first token",
      panels: [
        series(
          "First byte as clients saw it, by model",
          "s",
          "From a request's arrival to the first byte of its answer, waiting included.",
          ...quantiles("aiguilleur_first_byte_seconds", "model", chosen)
        ),
        series(
          "Time to first token of the engines, by model",
          "s",
          "From sending a streaming request to its first token. High here and in the panel to the left: slow engines. High to the left alone: the queue.",
          ...quantiles("aiguilleur_ttft_seconds", "model", `model=~"$model"`)
        ),
        series(
          "Time between tokens, by model",
          "s",
          "How fast answers are written, once they have begun.",
          ...quantiles("aiguilleur_time_per_output_token_seconds", "model", `model=~"$model"`)
        ),
        series(
          "First byte as clients saw it, p95 by organisation",
          "s",
          "Whom it hurts.",
          {
            expr:
              `histogram_quantile(0.95, sum by (le, organisation) (rate(aiguilleur_first_byte_seconds_bucket{${chosen}}[$__rate_interval])))`,
            legend: "{{organisation}}"
          }
        )
      ]
    },
    {
      title: "Throughput and shares",
      panels: [
        stacked(series(
          "Output tokens, by model",
          "short",
          "Tokens of answers a second.",
          {
            expr: `sum by (model) (rate(aiguilleur_tokens_total{${chosen}, kind="output"}[$__rate_interval]))`,
            legend: "{{model}}"
          }
        )),
        stacked(series(
          "Prompt tokens, by model",
          "short",
          "Tokens of prompts a second.",
          {
            expr: `sum by (model) (rate(aiguilleur_tokens_total{${chosen}, kind="prompt"}[$__rate_interval]))`,
            legend: "{{model}}"
          }
        )),
        stacked(series(
          "Requests, by organisation",
          "reqps",
          "Requests that arrived a second.",
          {
            expr: `sum by (organisation) (rate(aiguilleur_requests_arrived_total{${chosen}}[$__rate_interval]))`,
            legend: "{{organisation}}"
          }
        )),
        series(
          "Service of each unit of weight, by organisation",
          "short",
          "Service (prompt + 2 × output tokens) a second, divided by the organisation's weight. While all of them wait, the lines are level: that is the fair share.",
          {
            expr:
              `sum by (organisation) (rate(aiguilleur_service_tokens_total{organisation=~"$organisation"}[$__rate_interval])) / on (organisation) max by (organisation) (aiguilleur_organisation_weight)`,
            legend: "{{organisation}}"
          }
        )
      ]
    },
    {
      title: "What went wrong",
      panels: [
        stacked(series(
          "Endings other than served",
          "reqps",
          "Refused on arrival, evicted (patience spent), withdrawn (the client left), failed.",
          {
            expr:
              `sum by (ending) (rate(aiguilleur_requests_ended_total{${chosen}, ending!="released"}[$__rate_interval]))`,
            legend: "{{ending}}"
          }
        )),
        stacked(series(
          "Refusals and failures, by reason",
          "reqps",
          "docs/operating.md says what each reason means.",
          {
            expr: `sum by (reason) (rate(aiguilleur_requests_refused_total{${chosen}}[$__rate_interval]))`,
            legend: "refused: {{reason}}"
          },
          {
            expr: `sum by (reason) (rate(aiguilleur_requests_failed_total{${chosen}}[$__rate_interval]))`,
            legend: "failed: {{reason}}"
          }
        )),
        stacked(series(
          "Requeues, by model",
          "short",
          "Times a second that a request had to wait.",
          {
            expr: `sum by (model) (rate(aiguilleur_requests_requeued_total{${chosen}}[$__rate_interval]))`,
            legend: "{{model}}"
          }
        )),
        stacked(series(
          "Turned away at the door, by status",
          "reqps",
          "No valid key, or no readable body. A wave of 401 is a key that expired, or somebody guessing.",
          { expr: `sum by (status) (rate(aiguilleur_http_rejected_total[$__rate_interval]))`, legend: "{{status}}" }
        ))
      ]
    }
  ]
}
