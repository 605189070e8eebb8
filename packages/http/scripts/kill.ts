/** `npm run test:kill -- [--times N] [--url postgres://…] [--seed N]`: `kill -9` of the gateway under load, 20 times unless told otherwise. */
import { Effect } from "effect"
import { parseArgs } from "node:util"
import { folder } from "../../store/test/support/Folder.ts"
import { run } from "../test/campaign/Killing.ts"

/** A row waits for at most a second, the flush interval, and is then written: what is missing is no older than both. */
const oldest = 2_000

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { times: { type: "string" }, url: { type: "string" }, seed: { type: "string", default: "1" } }
})
const kills = Number(values.times ?? positionals[0] ?? "20")
if (!(kills >= 1)) throw new Error("--times must be a positive number")

const outcome = await Effect.runPromise(Effect.scoped(Effect.flatMap(
  folder,
  (home) => run({ home, url: values.url, kills, seed: Number(values.seed), say: (line) => console.error(line) })
)))
console.log(JSON.stringify({ store: values.url === undefined ? "embedded" : "by URL", ...outcome }, null, 2))
const { doubled, oldestMissing, outOfOrder, refused } = outcome
process.exitCode = refused + outOfOrder + doubled === 0 && oldestMissing <= oldest ? 0 : 1
