/** `npm run test:upload -- [MEGABYTES] [UPLOADS]`: one upload of 200 MB, unless told otherwise; prints the memory it took. */
import { Effect } from "effect"
import { folder } from "../../store/test/support/Folder.ts"
import { run } from "../test/campaign/Uploading.ts"

/** Of memory, for each upload under way and whatever its size: 66 to 80 MB, most of it garbage, for 200 MB as for 450. */
const most = 128

const [megabytes = "200", uploads = "1"] = process.argv.slice(2)
const outcome = await Effect.runPromise(
  Effect.scoped(Effect.flatMap(folder, (home) => run(home, Number(megabytes), Number(uploads))))
)
console.log(JSON.stringify(outcome, null, 2))
const { intact, names, peakGrowthInMegabytes } = outcome
process.exitCode = intact === outcome.uploads && names.length === 0 && peakGrowthInMegabytes <= most * outcome.uploads
  ? 0
  : 1
