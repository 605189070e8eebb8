/** `npm run test:outage -- [SECONDS]`: the database away for 30 seconds under load, unless told otherwise. */
import { Effect } from "effect"
import * as Outage from "../test/campaign/Outage.ts"

const [seconds = "30"] = process.argv.slice(2)
const run = Effect.scoped(Outage.run(() => Effect.sleep(Number(seconds) * 1_000)))
const outcome = await Effect.runPromise(Effect.provide(run, Outage.layer))
console.log(JSON.stringify(outcome, null, 2))
const { answered, failed, leases, lostRows, rows, stranger, waiting } = outcome
const kept = failed.length + lostRows + leases + waiting === 0 && rows === answered && stranger.status === 503
process.exitCode = kept ? 0 : 1
