/** DESIGN §3.5 in terms of what is seen from outside: what each class of failure does to each kind of request. */
import type { Fleet, Mode } from "./Column.ts"
import type { Seen } from "./Row.ts"

export type Verdict = (mode: Mode, fleet: Fleet) => Seen

/** What the simulated engine and the scripted one both say of their work. */
const tokens = "4+5"

const early = (mode: Mode, text: string) =>
  mode === "early head" ? text.replace("200: ", "200: told of the wait, ") : text

export const whole = (mode: Mode): string =>
  mode === "answer" ? "200: the whole answer" : early(mode, "200: 5 tokens, [DONE]")

/** The class that the SDK throws for a status. */
const thrown: Readonly<Record<number, string>> = {
  400: "BadRequestError",
  401: "AuthenticationError",
  404: "NotFoundError",
  422: "UnprocessableEntityError"
}

/** An error that was known before anything was relayed: a status, or an event where the head is out. */
export const error = (mode: Mode, status: number, code: string): Pick<Seen, "client" | "sdk"> =>
  mode === "early head"
    ? { client: `200: told of the wait, 0 tokens, error event ${code}`, sdk: "throws APIError" }
    : { client: `${status}: ${code}`, sdk: `throws ${thrown[status] ?? "InternalServerError"}` }

const served = { sdk: "completes" } as const

/** Nothing is wrong for whoever asked. */
export const fine = (broken = "finished"): Verdict => (mode) => ({
  ...served,
  client: whole(mode),
  broken,
  other: "nothing",
  settled: `Served ${tokens}, released`
})

/** Tried on the server that breaks, then served by the other; alone, the given error. */
export const elsewhere = (
  outcome: string,
  broken: string,
  alone: (mode: Mode) => Pick<Seen, "client" | "sdk"> & Partial<Seen>
): Verdict =>
(mode, fleet) =>
  fleet === "beside another"
    ? {
      ...served,
      client: whole(mode),
      broken,
      other: "finished",
      settled: `${outcome}, Served ${tokens}, released`
    }
    : { broken, other: "nothing", settled: `${outcome}, failed`, ...alone(mode) }

/** The failure may be the prompt's: one retry elsewhere. `engine`: its own error, which is passed on at last. */
export const suspect = (broken: string, engine?: number): Verdict =>
  elsewhere(
    "Suspect",
    broken,
    (mode) => engine === undefined ? error(mode, 502, "upstream_failed") : error(mode, engine, `the engine's ${engine}`)
  )

/** Nothing can be had there: ejected at once; with no other, the grace is waited for. */
export const down = (broken = "nothing"): Verdict =>
  elsewhere("Down", broken, (mode) => error(mode, 503, "no_server_up"))

export const misconfigured = (broken: string): Verdict =>
  elsewhere("Misconfigured", broken, (mode) => error(mode, 502, "upstream_failed"))

/** Held off; with no other server, it waits for this one. */
export const busy = (broken: string, alone: (mode: Mode) => Pick<Seen, "client" | "sdk"> & Partial<Seen>): Verdict =>
  elsewhere("Busy", broken, alone)

/** The caller's own doing: passed through as it is, and nobody else is asked. */
export const client = (status: number): Verdict => (mode) => ({
  ...error(mode, status, `the engine's ${status}`),
  broken: "refused",
  other: "nothing",
  settled: "Client, released"
})

/** After the first relayed byte nothing is retried: what came, then an error event. */
export const broken =
  (count: number, broken: string, code = "stream_broken", outcome = "Broken"): Verdict => (mode) => ({
    client: early(mode, `200: ${count} tokens, error event ${code}`),
    sdk: "throws APIError",
    broken,
    other: "nothing",
    settled: `${outcome} about ${count}, failed`
  })

/** The client left: its ticket or lease is free at once, and the engine hears of it. */
export const withdrawn = (broken: string, settled = "Withdrawn, withdrawn"): Verdict => () => ({
  client: "left",
  sdk: "–",
  broken,
  other: "nothing",
  settled
})

/** Ended before any server was asked. */
export const unserved = (status: number, code: string, ending = "failed"): Verdict => (mode) => ({
  ...error(mode, status, code),
  broken: "nothing",
  other: "nothing",
  settled: ending
})

/** A large answer is begun before its end is known: then it can only be broken off, for all to see. */
export const brokenOff = (broken: string): Verdict => () => ({
  client: "200: no JSON, broken off",
  sdk: "throws TypeError",
  broken,
  other: "nothing",
  settled: "Broken, failed"
})

/** Nothing more than the time for everything bounds an answer in one piece that has not begun. */
export const expired: Verdict = (mode) => ({
  ...error(mode, 504, "total_time_spent"),
  broken: "aborted",
  other: "nothing",
  settled: "Expired, failed"
})
