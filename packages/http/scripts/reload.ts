/** `npm run test:reload -- [RELOADS]`: 100 reloads under load of two files, unless told otherwise. */
import { Effect } from "effect"
import * as Reloading from "../test/campaign/Reloading.ts"
import * as Store from "../test/command/Store.ts"

const [reloads = "100"] = process.argv.slice(2)
// The gateway ends before its database does.
const run = Effect.scoped(Reloading.run(Number(reloads)))
const outcome = await Effect.runPromise(Effect.provide(run, Store.layer))
console.log(JSON.stringify(outcome, null, 2))
process.exitCode = outcome.refused.length + outcome.failed.length + outcome.leases + outcome.waiting === 0 ? 0 : 1
