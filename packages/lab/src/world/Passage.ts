/** One request on its way through the dispatcher and a simulated server, as the gateway would take it there. */
import type { Forecast } from "@aiguilleur/core/Forecaster"
import type { HeldLease, Interpreter, Waiter } from "@aiguilleur/core/Interpreter"
import { Outcome } from "@aiguilleur/core/Outcome"
import type { Ticket } from "@aiguilleur/core/Ticket"
import { Cause, Exit } from "effect"
import type { Sequence } from "../engine/Sequence.ts"
import type { Agenda, Entry } from "../time/Agenda.ts"
import type { Host } from "./Host.ts"
import type { Line } from "./Ledger.ts"

/** As DESIGN §6 sets them. */
export const timeouts = { firstByte: 300_000, total: 600_000 }

/** A refusal, an error or a reset travels for a moment; it never comes within the call that sent the request. */
const travel = 1

export interface Surroundings {
  readonly agenda: Agenda
  readonly interpreter: Interpreter
  readonly hosts: ReadonlyMap<string, Host>
  /** Of a ticket whose first wait has just begun. */
  readonly forecast: (ticket: string) => Forecast | undefined
  /** It waits, or waits no more. */
  readonly waiting: (line: Line, change: 1 | -1) => void
  /** A slot is taken, or free again. */
  readonly leased: (url: string, change: 1 | -1) => void
  readonly charged: (line: Line, cost: number) => void
}

export interface Asked {
  readonly line: Line
  readonly ticket: Ticket
  readonly stream: boolean
  readonly leavesAfter: number | undefined
  readonly prefix: ReadonlyArray<number> | undefined
  readonly done: (served: boolean) => void
}

/** The use of one lease: from the moment it is granted until it is given back. */
interface Attempt {
  readonly held: HeldLease
  readonly host: Host
  readonly sentAt: number
  sequence: Sequence | undefined
  spoke: boolean
  timer: Entry | undefined
}

export const begin = (asked: Asked, surroundings: Surroundings): void => {
  const { agenda, charged, hosts, interpreter } = surroundings
  const { line, stream, ticket } = asked
  let attempt: Attempt | undefined
  let isWaiting = false
  let waitingSince = agenda.now
  let over = false

  const wait = (waits: boolean) => {
    if (waits === isWaiting) return
    isWaiting = waits
    surroundings.waiting(line, waits ? 1 : -1)
    if (waits) waitingSince = agenda.now
    else line.waited += agenda.now - waitingSince
  }

  const end = (ending: Line["ending"]) => {
    over = true
    wait(false)
    line.ending = ending
    line.endedAt = agenda.now
    asked.done(ending === "served")
  }

  const charge = (held: HeldLease, sequence: Sequence | undefined) => {
    if (sequence === undefined) return
    const cost = (sequence.firstTokenAt === undefined ? 0 : line.prompt) + 2 * sequence.generated
    held.lease.charge({
      promptTokens: sequence.firstTokenAt === undefined ? 0 : line.prompt,
      outputTokens: sequence.generated,
      reported: sequence.finished !== undefined
    })
    line.cost += cost
    charged(line, cost)
  }

  /** Ends an attempt; the ticket goes on when its outcome allows it. */
  const release = (ended: Attempt, outcome: Outcome, retry: boolean) => {
    if (attempt !== ended) return
    attempt = undefined
    surroundings.leased(ended.host.server.url, -1)
    if (ended.timer !== undefined) ended.timer.cancelled = true
    if (ended.sequence !== undefined && ended.sequence.finished === undefined) ended.host.abort(ended.sequence)
    charge(ended.held, ended.sequence)
    if (outcome._tag === "Busy" || outcome._tag === "Down") line.requeues++
    if (interpreter.release(waiter, ended.held, outcome, retry)) return attend()
    end(endings[outcome._tag] ?? "failed")
  }

  /** The first-byte timer of streams, and the total, which counts from the first lease. */
  const watch = (watched: Attempt) => {
    const total = watched.held.lease.firstGrantedAt + timeouts.total
    const first = stream && !watched.spoke ? watched.sentAt + timeouts.firstByte : Infinity
    watched.timer = agenda.put(Math.min(total, first), () => {
      if (agenda.now >= total) release(watched, Outcome.Expired(), false)
      else if (!watched.spoke) release(watched, Outcome.Suspect(), true)
      else watch(watched)
    })
  }

  const send = (held: HeldLease) => {
    const { server } = held.lease
    const host = hosts.get(server.url)!
    const sending: Attempt = { held, host, sentAt: agenda.now, sequence: undefined, spoke: false, timer: undefined }
    attempt = sending
    surroundings.leased(server.url, 1)
    line.attempts++
    line.server = server.url
    const later = (outcome: Outcome) => agenda.put(agenda.now + travel, () => release(sending, outcome, true))
    const reply = host.submit(
      {
        id: `${ticket.id}/${line.attempts}`,
        promptTokens: line.prompt,
        outputTokens: line.output,
        finish: "stop",
        // vLLM's polarity, as the gateway's driver writes it
        priority: -held.lease.priority,
        passes: 1,
        prefix: asked.prefix
      },
      {
        firstToken: () => {
          sending.spoke = true
          line.firstTokenAt ??= agenda.now
          if (stream) held.lease.firstData(agenda.now - sending.sentAt)
        },
        finished: () => release(sending, Outcome.Served(), true),
        cut: () => later(sending.spoke && stream ? Outcome.Broken() : Outcome.Suspect())
      }
    )
    if (typeof reply === "string") return void later(refusals[reply])
    sending.sequence = reply
    watch(sending)
  }

  const answered = (answer: NonNullable<Waiter["answer"]>) => {
    wait(false)
    if (Exit.isSuccess(answer)) return send(answer.value)
    const error = answer.cause.reasons.find(Cause.isFailReason)?.error
    end(error?.ending ?? "failed")
  }

  const attend = () => {
    if (waiter.answer !== undefined) return answered(waiter.answer)
    wait(true)
    if (line.attempts === 0) {
      line.requeues++
      line.forecast = surroundings.forecast(ticket.id)
    }
    waiter.resume = (answer) => {
      waiter.resume = undefined
      answered(answer)
    }
  }

  const leave = () => {
    if (over || line.firstTokenAt !== undefined) return
    if (attempt !== undefined) return release(attempt, Outcome.Withdrawn(), false)
    interpreter.retire(waiter)
    end("withdrawn")
  }

  const waiter = interpreter.arrive(ticket)
  attend()
  if (asked.leavesAfter !== undefined && !over) agenda.put(agenda.now + asked.leavesAfter, leave)
}

const refusals = {
  refused: Outcome.Down(),
  busy: Outcome.Busy({ retryAfter: undefined }),
  failing: Outcome.Suspect(),
  "too-long": Outcome.Client()
} as const

const endings: Partial<Record<Outcome["_tag"], Line["ending"]>> = {
  Served: "served",
  Client: "error",
  Broken: "broken",
  Withdrawn: "withdrawn"
}
