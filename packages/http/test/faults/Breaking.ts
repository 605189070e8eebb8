/** The two usual ways to break a server: a simulated one is told to fail, or a script says bytes of its own. */
import type { Fault } from "@aiguilleur/lab/face/Fault"
import { Effect } from "effect"
import { simulated } from "./Actor.ts"
import type { Moment } from "./Column.ts"
import { modes } from "./Column.ts"
import type { Playable, Stage } from "./Row.ts"
import { row } from "./Row.ts"
import * as Script from "./ScriptedEngine.ts"
import type { Verdict } from "./Verdict.ts"

/** Long enough for a sound server that is slow today, short enough for a test. */
export const impatient = { firstByte: 200, idle: 200 }

/** The client has so many; of the text of the second one nothing else is a part. */
export const twoTokens = ({ client }: Stage) => Effect.asVoid(client.until((text) => text.includes(`"is "`)))

/** `times`: requests that fail; every one, when absent. */
type More = Partial<Playable> & { readonly times?: number }

export const byFault =
  (when: Moment) => (what: string, fault: Fault, seen: Verdict, { times, ...more }: More = {}): Playable =>
    row({
      what,
      when,
      modes,
      actor: simulated(),
      arm: ({ broken }) => Effect.sync(() => broken.server.fault(fault, times === undefined ? {} : { times })),
      seen,
      ...more
    })

export const byScript =
  (when: Moment) => (what: string, script: Script.Script, seen: Verdict, more: Partial<Playable> = {}): Playable =>
    row({ what, when, modes, actor: Script.start(script), seen, ...more })
