/** `npm run stt:upload -- [MEGABYTES]`: uploads 2 GB, unless told otherwise, and prints what it cost in memory. */
import { growth } from "../test/support/Uploading.ts"

console.log(JSON.stringify(await growth(Number(process.argv[2] ?? "2048")), null, 2))
