/** The paths of vLLM's API, and what each answers. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import type { Desk } from "./Desk.ts"
import type { FaultBoard } from "./FaultBoard.ts"
import * as Inference from "./Inference.ts"
import * as MetricsPage from "./MetricsPage.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"

/** Of every answer, so that nobody takes it for a real engine's. */
export const banner = "aiguilleur-simulated-engine"

export const version = "0.0.0-simulated"

export interface House {
  /** A new one after the engine was killed. */
  readonly desk: () => Desk
  readonly board: FaultBoard
  readonly models: ReadonlyArray<string>
  /** False is vLLM's `--disable-log-stats`: the page is there, and empty. */
  readonly logStats: boolean
  readonly hit: (path: string) => void
}

const health = (desk: Desk, response: ServerResponse) =>
  Reply.text(response, desk.loading() ? 503 : 200, "text/plain", "")

const models = (house: House, desk: Desk, response: ServerResponse) =>
  Reply.json(response, {
    object: "list",
    data: house.models.map((id) => ({
      id,
      object: "model",
      created: 0,
      owned_by: "simulated",
      root: id,
      parent: null,
      max_model_len: desk.limits.maxModelLen,
      permission: []
    }))
  })

const metrics = (house: House, desk: Desk, response: ServerResponse) =>
  Reply.text(
    response,
    200,
    "text/plain; version=0.0.4; charset=utf-8",
    house.logStats ? MetricsPage.page(desk.driver.engine, house.models[0] ?? "simulated") : ""
  )

const read = (house: House, desk: Desk, path: string, request: IncomingMessage, response: ServerResponse): void => {
  const misfortune = Reply.misfortune(response, house.board.take("GET", path), "unknown")
  if (misfortune !== undefined) return
  if (path === "/health") return health(desk, response)
  if (path === "/metrics") return metrics(house, desk, response)
  if (path === "/version") return Reply.json(response, { version, simulated: true })
  if (path.startsWith("/v1/") && !desk.authorised(request)) return Reply.unauthorised(response)
  if (path === "/v1/models" && desk.loading()) return Reply.refuse(response, Refusal.unavailable("Still loading."))
  if (path === "/v1/models") return models(house, desk, response)
  Reply.refuse(response, Refusal.unknownPath)
}

export const listener = (house: House): RequestListener => (request, response) => {
  response.setHeader("server", banner)
  const [path = "/"] = (request.url ?? "/").split("?")
  if (request.method === "GET") {
    read(house, house.desk(), path, request, response)
    return house.hit(path)
  }
  if (request.method !== "POST") return Reply.refuse(response, Refusal.wrongMethod)
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    const text = Buffer.concat(chunks).toString()
    Inference.receive(house.desk(), path, request, response, text, house.board.take("POST", path))
    house.hit(path)
  })
}
