/** `npm run test:reload -- [RELOADS]`: 100 reloads under load of two files, unless told otherwise. */
import { Effect } from "effect"
import * as Reloading from "../test/campaign/Reloading.ts"
import * as Store from "../test/command/Store.ts"

const [reloads = "100"] = process.argv.slice(2)
const outcome = await Effect.runPromise(Effect.scoped(Effect.provide(Reloading.run(Number(reloads)), Store.layer)))
console.log(JSON.stringify(outcome, null, 2))
process.exitCode = outcome.refused.length + outcome.failed.length + outcome.leases + outcome.waiting === 0 ? 0 : 1
