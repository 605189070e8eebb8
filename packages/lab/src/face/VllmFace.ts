/** vLLM's API. */
import type { ServerResponse } from "node:http"
import * as Completion from "./Completion.ts"
import type { Face, Ground } from "./Face.ts"
import * as Messages from "./Messages.ts"
import * as MetricsPage from "./MetricsPage.ts"
import * as Ranking from "./Ranking.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Responses from "./Responses.ts"
import * as Tokens from "./Tokens.ts"
import * as Transcription from "./Transcription.ts"

export const version = "0.0.0-simulated"

/** As vLLM, and those that follow it, list their models. */
export const modelList = (limits: Ground["limits"]) => ({
  object: "list",
  data: limits.models.map((id) => ({
    id,
    object: "model",
    created: 0,
    owned_by: "simulated",
    root: id,
    parent: null,
    max_model_len: limits.maxModelLen,
    permission: []
  }))
})

const failed = Refusal.simulated(500)

const tasks = {
  ...Completion.tasks(Refusal.body, failed),
  ...Transcription.tasks(Refusal.body(failed)),
  ...Ranking.tasks(Refusal.body(failed)),
  "/v1/responses": Responses.task(Refusal.body(failed)),
  [Messages.path]: Messages.task
}

export const make = ({ engine, limits, loading, options }: Ground): Face => {
  // vLLM's `--disable-log-stats`: the page is there, and empty
  const metrics = () => options.logStats === false ? "" : MetricsPage.page(engine, limits.models[0] ?? "simulated")

  const models = (response: ServerResponse) =>
    loading()
      ? Reply.refuse(response, Refusal.unavailable("Still loading."), Refusal.body)
      : Reply.json(response, modelList(limits))

  return {
    tasks,
    guarded: (path) => path.startsWith("/v1/"),
    unauthorised: (response) => Reply.json(response, { error: "Unauthorized" }, 401),
    refusal: Messages.refusing(Refusal.body),
    command: (path, body, response) => Tokens.command(path, body, response, limits),
    closed: () => loading() ? Refusal.unavailable("The simulated model is still loading.") : undefined,
    read: (path, _, response) => {
      if (path === "/health") Reply.text(response, loading() ? 503 : 200, "text/plain", "")
      else if (path === "/metrics") Reply.text(response, 200, Reply.metricsType, metrics())
      else if (path === "/version") Reply.json(response, { version, simulated: true })
      else if (path === "/v1/models") models(response)
      else return false
      return true
    }
  }
}
