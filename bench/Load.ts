/**
 * A closed loop: each connection sends its next request when the answer to the last one is complete and checked.
 */
import { setTimeout as sleep } from "node:timers/promises"
import { Client, type Dispatcher } from "undici"
import { type Measured, type Target, Window } from "./Window.ts"
import * as Wire from "./Wire.ts"

/** Why this is not the answer that the upstream gave, if it is not. */
const flaw = (status: number, body: Buffer): string | undefined => {
  if (status !== 200) return `status ${status}: ${body.toString("utf8", 0, 200)}`
  return body.equals(Wire.completion) ? undefined : `wrong body: ${body.toString("utf8", 0, 200)}`
}

const loop = (client: Client, request: Dispatcher.DispatchOptions, window: Window, running: () => boolean) => {
  let status = 0
  let sentAt = 0
  let body: Buffer | undefined
  const send = () => {
    body = undefined
    sentAt = performance.now()
    client.dispatch(request, handler)
  }
  const handler: Dispatcher.DispatchHandler = {
    onRequestStart() {},
    onResponseStart(_, code) {
      status = code
    },
    onResponseData(_, chunk) {
      body = body === undefined ? chunk : Buffer.concat([body, chunk])
    },
    onResponseEnd() {
      window.record((performance.now() - sentAt) * 1_000)
      const wrong = flaw(status, body ?? Buffer.alloc(0))
      // A connection that failed stops: a broken peer must not look fast.
      if (wrong !== undefined) return window.fail(wrong)
      if (running()) send()
    },
    onResponseError(_, error) {
      if (running()) window.fail(String(error))
    }
  }
  send()
}

export const closedLoop = async (target: Target, options: {
  readonly connections: number
  readonly warmUp: number
  readonly seconds: number
}): Promise<Measured> => {
  const window = new Window()
  let running = true
  const request: Dispatcher.DispatchOptions = {
    method: "POST",
    path: Wire.path,
    headers: { "content-type": "application/json", ...target.headers },
    body: Wire.request
  }
  const clients = Array.from(
    { length: options.connections },
    () => new Client(`http://127.0.0.1:${target.port}`, { headersTimeout: 10_000, bodyTimeout: 10_000 })
  )
  for (const client of clients) loop(client, request, window, () => running)
  await sleep(options.warmUp * 1_000)
  const result = await window.measure(target, options.seconds)
  running = false
  // The answers still on their way are waited for, so that the next peer starts on an idle machine.
  await Promise.race([Promise.all(clients.map((client) => client.close())), sleep(2_000)])
  await Promise.all(clients.map((client) => client.destroy()))
  return result()
}
