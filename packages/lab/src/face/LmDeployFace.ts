/** LMDeploy's API: it sleeps on request, wants the bearer for its metrics, and writes its gauges every ten seconds. */
import * as Completion from "./Completion.ts"
import type { Face, Ground } from "./Face.ts"
import * as LaggingGauges from "./LaggingGauges.ts"
import * as LmDeployPage from "./LmDeployPage.ts"
import * as Messages from "./Messages.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Responses from "./Responses.ts"
import { modelList } from "./VllmFace.ts"

const open = ["/health", "/docs", "/redoc", "/nodes"]

/** Only these: what else is asked of a sleeping engine fails in other ways. */
const sleepless = new Set(["/v1/chat/completions", "/v1/completions", "/generate"])

const sleeping = Refusal.unavailable(
  "Engine is sleeping; call POST /wakeup before inference (e.g. tags=weights&tags=kv_cache)."
)

const types: Record<number, string> = {
  401: "authentication_error",
  404: "not_found_error",
  500: "server_error",
  503: "server_error"
}

const body = (refusal: Refusal.Refusal): string => {
  if (refusal === Refusal.unknownPath || refusal === Refusal.wrongMethod) {
    return JSON.stringify({ detail: refusal.message })
  }
  const { model, param, status } = refusal
  const message = model === undefined ? refusal.message : `The model '${model}' does not exist.`
  return JSON.stringify({
    object: "error",
    message,
    type: types[status] ?? "invalid_request_error",
    code: status,
    param
  })
}

const completions = Completion.tasks(body, Refusal.simulated(500))

const tasks: Face["tasks"] = {
  ...Object.fromEntries(
    ["/v1/chat/completions", "/v1/completions"].map((
      path
    ) => [path, Completion.withoutPriority(Completion.withoutOpening(completions[path]!))])
  ),
  "/v1/responses": Completion.withoutPriority(Responses.task(body(Refusal.simulated(500)))),
  [Messages.path]: Messages.task,
  "/v1/embeddings": () => Refusal.badRequest("Unsupported by turbomind.")
}

export const make = ({ engine, limits, loading, now, options }: Ground): Face => {
  const gauges = LaggingGauges.make(engine, now, options.metricsLag ?? 10_000)
  let asleep = false

  const health = () => {
    if (loading()) return { status: "initializing", message: "The simulated engine is loading." }
    return asleep
      ? { status: "sleeping", message: "Engine is sleeping." }
      : { status: "healthy", message: "The simulated engine is healthy." }
  }

  return {
    tasks,
    guarded: (path) => !open.some((prefix) => path.startsWith(prefix)),
    unauthorised: (response) => Reply.refuse(response, Refusal.unauthorised, body),
    refusal: Messages.refusing(body),
    closed: (path) => {
      if (asleep && sleepless.has(path)) return sleeping
      return loading() ? Refusal.unavailable("The simulated engine is loading.") : undefined
    },
    read: (path, _, response) => {
      if (path === "/health") Reply.json(response, health(), loading() ? 503 : 200)
      else if (path === "/metrics") {
        const page = options.logStats === false
          ? undefined
          : LmDeployPage.page(engine, limits.models[0] ?? "simulated", gauges.read())
        if (page === undefined) return false
        Reply.text(response, 200, Reply.metricsType, page)
      } else if (path === "/is_sleeping") Reply.json(response, { is_sleeping: asleep })
      else if (path === "/v1/models") Reply.json(response, modelList(limits))
      else return false
      return true
    },
    command: (path, _, response) => {
      if (path !== "/sleep" && path !== "/wakeup") return false
      asleep = path === "/sleep"
      Reply.text(response, 200, "text/plain", "")
      return true
    },
    changed: gauges.observe
  }
}
