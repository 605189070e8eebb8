/** The laboratory's command line. */
import { run } from "./face/command/Command.ts"

process.exitCode = await run(process.argv.slice(2))
