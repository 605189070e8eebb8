/** `aiguilleur usage`: what was used, and until when it is kept. */
import { Usage } from "@aiguilleur/store/Usage"
import { Console, DateTime, Effect } from "effect"
import { Command, Flag } from "effect/cli"
import * as KeyFlags from "./KeyFlags.ts"
import { exported } from "./UsageExport.ts"

const purge = Command.make(
  "purge",
  {
    before: KeyFlags.date("before").pipe(
      Flag.withDescription(
        "Requests that finished before then: a day like 2026-11-01 (UTC), or an instant with its zone"
      )
    ),
    json: KeyFlags.json
  },
  Effect.fn("UsagePurge.run")(function*({ before, json }) {
    const rows = yield* (yield* Usage).purge(before)
    const day = DateTime.formatIso(before)
    yield* Console.log(
      json
        ? JSON.stringify({ before: day, rows })
        : `${rows} ${rows === 1 ? "row" : "rows"} from before ${day} ${rows === 1 ? "is" : "are"} gone.`
    )
  })
).pipe(
  Command.withDescription("Delete the rows of requests that are old: who used what, and when"),
  Command.withExamples([
    {
      command: "aiguilleur usage purge --before 2025-12-01",
      description: "Keep what came since, for instance every month by cron"
    }
  ])
)

export const usage = Command.make("usage").pipe(
  Command.withDescription("See what was used, by whom, where; delete what is old"),
  Command.withSubcommands([exported, purge])
)
