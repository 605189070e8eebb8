/**
 * People who watch the live page during a load: event streams on the gateway, all held by one process of its own.
 */
import { request } from "node:http"
import { join } from "node:path"
import * as Child from "./Child.ts"
import type { Target } from "./Window.ts"

/** As many as the bar speaks of. */
export const count = 50

const said = /^(\d+) events on \d+ streams, (\d+) on the quietest$/m

/** The process itself: reads what comes and counts it. */
const watch = (port: number, authorization: string): void => {
  const events = new Float64Array(count)
  const heard = () => {
    if (events.every((number) => number >= 2)) console.log("all watch")
  }
  for (let viewer = 0; viewer < count; viewer++) {
    request({ port, path: "/dashboard/api/live", headers: { authorization }, agent: false }, (response) => {
      if (response.statusCode !== 200) {
        console.log(`status ${response.statusCode}`)
        process.exit(1)
      }
      response.setEncoding("utf8").on("data", (text: string) => {
        // The greeting, then the whole picture, then what changes.
        const isNew = events[viewer]! < 2
        events[viewer] = events[viewer]! + text.split("\n\n").length - 1
        if (isNew) heard()
      }).once("close", () => process.exit(1))
    }).end()
  }
  process.once("SIGTERM", () => {
    console.log(
      `${events.reduce((sum, number) => sum + number)} events on ${count} streams, ${
        Math.min(...events)
      } on the quietest`
    )
    process.exit(0)
  })
}

export interface Viewers {
  /** Says what was wrong with what they saw, if anything was. */
  readonly leave: () => Promise<string | undefined>
}

/** Resolves when each has the whole picture. */
export const come = async ({ headers, port }: Target, scratch: string, repetition: number): Promise<Viewers> => {
  const name = `viewers-${repetition}`
  const command = [process.execPath, import.meta.filename, String(port), headers["authorization"] ?? ""]
  const child = Child.start({ name, scratch, core: "load", command })
  await Child.ready(
    child,
    () => Child.tail(child).includes("all watch") ? Promise.resolve() : Promise.reject(new Error("not all watch yet"))
  )
  const began = performance.now()
  return {
    leave: async () => {
      const seconds = (performance.now() - began) / 1_000
      await Child.stop(child)
      const [, , quietest] = said.exec(Child.tail(child)) ?? []
      // Something is said every second at least, and four times a second where anything changes.
      return Number(quietest) >= Math.floor(seconds) ? undefined : `viewers saw too little: ${Child.tail(child)}`
    }
  }
}

const [, file = "", port, authorization = ""] = process.argv
if (join(file) === import.meta.filename) watch(Number(port), authorization)
