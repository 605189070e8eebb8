/** Brings up the real engines that can be had, and holds drivers and gateway to them: npm run test:engines. */
import { run } from "./engines/RealEngines.ts"

process.exitCode = await run(process.argv.slice(2)) ? 0 : 1
