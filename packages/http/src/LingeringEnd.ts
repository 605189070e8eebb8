/**
 * The end of an answer that comes before the end of its request, as most refusals of large bodies do. A client that
 * is still sending when its connection closes is told of a reset and may never read why: what arrives is read for a
 * while first (nginx calls this a lingering close).
 */
import type { ServerResponse } from "node:http"

/** Bytes that are read at most, and for how many milliseconds. */
const most = 8 * 1024 * 1024
const longest = 5_000

export const end = (response: ServerResponse, body: string): void => {
  const { req: request } = response
  if (request.complete || request.destroyed) return void response.end(body)
  response.write(body)
  let bytes = 0
  const finish = () => {
    clearTimeout(timer)
    request.off("data", count).off("end", finish)
    response.off("close", finish).end()
  }
  const cut = () => {
    request.pause()
    response.once("finish", () => request.socket.destroySoon())
    finish()
  }
  const count = (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > most) cut()
  }
  const timer = setTimeout(cut, longest).unref()
  response.once("close", finish)
  request.on("data", count).on("end", finish).resume()
}
