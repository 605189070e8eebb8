/** What happens to a request, whatever the face: it is met with a fault, answered at once, or given to the engine. */
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http"
import type { Desk } from "./Desk.ts"
import type { FaultBoard } from "./FaultBoard.ts"
import * as Inference from "./Inference.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"

/** Of every answer, so that nobody takes it for a real engine's. */
export const banner = "aiguilleur-simulated-engine"

export interface House {
  /** A new one after the engine was killed. */
  readonly desk: () => Desk
  readonly board: FaultBoard
  readonly hit: (path: string) => void
}

const read = (house: House, path: string, request: IncomingMessage, response: ServerResponse): void => {
  const { authorised, face } = house.desk()
  const words = (refusal: Refusal.Refusal) => face.refusal(refusal, path)
  const misfortune = Reply.misfortune(response, house.board.take("GET", path), "unknown", words)
  if (misfortune !== undefined) return
  if (face.guarded(path) && !authorised(request)) return face.unauthorised(response)
  if (!face.read(path, request, response)) Reply.refuse(response, Refusal.unknownPath, words)
}

const write = (house: House, path: string, request: IncomingMessage, response: ServerResponse, bytes: Buffer) => {
  const desk = house.desk()
  const body = Inference.parse(request.headers["content-type"] ?? "", bytes)
  const allowed = !desk.face.guarded(path) || desk.authorised(request)
  if (allowed && desk.face.command?.(path, body, response) === true) return
  Inference.receive(desk, path, request, response, body, house.board.take("POST", path))
}

export const listener = (house: House): RequestListener => (request, response) => {
  response.setHeader("server", banner)
  const [path = "/"] = (request.url ?? "/").split("?")
  if (request.method === "GET" || request.method === "HEAD") {
    read(house, path, request, response)
    return house.hit(path)
  }
  if (request.method !== "POST") {
    return Reply.refuse(response, Refusal.wrongMethod, (refusal) => house.desk().face.refusal(refusal, path))
  }
  const chunks: Array<Buffer> = []
  request.on("data", (chunk: Buffer) => chunks.push(chunk))
  request.on("end", () => {
    write(house, path, request, response, Buffer.concat(chunks))
    house.hit(path)
  })
}
