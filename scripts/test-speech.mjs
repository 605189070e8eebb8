/** Real recordings through the transcription service's own workers: npm run test:speech. */
import { run } from "./speech/Campaign.ts"

process.exitCode = await run(process.argv.slice(2)) ? 0 : 1
