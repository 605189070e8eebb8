/** The run as a whole: engines one by one, then the gateway before all that are there. */
import * as DriverCheck from "./DriverCheck.ts"
import * as GatewayCheck from "./GatewayCheck.ts"
import type { RealEngine } from "./RealEngine.ts"
import { known } from "./RealEngine.ts"
import * as Recording from "./Recording.ts"
import * as Report from "./Report.ts"
import * as Speech from "./Speech.ts"

const message = (error: unknown): string => error instanceof Error ? error.message : String(error)

/** `--record` writes their pages to fixtures/wire; names (`llamaCpp ollama whisper`) choose among them. */
export const run = async (args: ReadonlyArray<string>): Promise<boolean> => {
  const report = Report.make()
  const wanted = Object.keys(known).filter((name) => args.includes(name))
  const names = wanted.length === 0 ? Object.keys(known) : wanted
  const speeches = await Speech.make().catch((error) => {
    report.skip("speech", message(error))
    return []
  })
  const engines: Array<RealEngine> = []
  try {
    for (const name of names) {
      console.log(`${name}:`)
      try {
        const engine = await known[name]!()
        engines.push(engine)
        console.log(`  ${engine.title} at ${engine.url}`)
        if (args.includes("--record")) await Recording.make(engine, speeches)
        await DriverCheck.run(engine, speeches, report)
      } catch (error) {
        report.skip(name, message(error))
      }
    }
    if (engines.length > 0) {
      console.log("through the gateway:")
      await GatewayCheck.run(engines, speeches, report).catch((error) => {
        report.skip("the gateway", message(error))
      })
    }
  } finally {
    for (const engine of engines) {
      await engine.stop()
      await DriverCheck.afterwards(engine, report)
    }
  }
  console.log(report.summary())
  return report.failed() === 0 && engines.length > 0
}
