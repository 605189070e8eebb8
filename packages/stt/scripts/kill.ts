/** `npm run stt:kill -- [JOBS] [KILLS]`: 200 jobs and 30 times `kill -9`, unless told otherwise. */
import { run } from "../test/support/Killing.ts"

const [jobs = "200", kills = "30"] = process.argv.slice(2)
console.log(JSON.stringify(await run(Number(jobs), Number(kills)), null, 2))
