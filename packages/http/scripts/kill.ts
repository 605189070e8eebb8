/** `npm run test:kill -- [KILLS]`: 20 times `kill -9` of the gateway under load, unless told otherwise. */
import { Effect } from "effect"
import { folder } from "../../store/test/support/Folder.ts"
import { run } from "../test/campaign/Killing.ts"

/** A row waits for at most a second, the flush interval, and is then written: what is missing is no older than both. */
const oldest = 2_000

const [kills = "20"] = process.argv.slice(2)
const outcome = await Effect.runPromise(Effect.scoped(Effect.flatMap(folder, (home) => run(home, Number(kills)))))
console.log(JSON.stringify(outcome, null, 2))
process.exitCode = outcome.refused + outcome.outOfOrder === 0 && outcome.oldestMissing <= oldest ? 0 : 1
