/** `npm run soak -- --streams N --seconds S`: the soak, with its figures and its verdict. */
import { parseArgs } from "node:util"
import * as Report from "./Report.ts"
import * as Soak from "./Soak.ts"

const usage = `npm run soak -- [options]

  --streams N   at once (default 2000)
  --seconds S   (default 600), and half a minute around it
  --tokens T    a second, of each stream (default 5)
  --seed N      of what is random (default 1)
  --profile DIR writes there where the gateway's processor time went (*.cpuprofile)
`

const { values } = parseArgs({
  options: {
    help: { type: "boolean", short: "h" },
    streams: { type: "string", default: "2000" },
    seconds: { type: "string", default: "600" },
    tokens: { type: "string", default: "5" },
    seed: { type: "string", default: "1" },
    profile: { type: "string" }
  }
})

const positive = (name: "streams" | "seconds" | "tokens" | "seed"): number => {
  const value = Number(values[name])
  if (!(value > 0)) throw new Error(`--${name} must be a positive number, not ${values[name]}`)
  return value
}

if (values.help === true) console.log(usage)
else {
  const seconds = positive("seconds")
  const streams = Math.ceil(positive("streams"))
  const options: Soak.Options = {
    streams,
    seconds,
    servers: Math.max(2, Math.min(20, Math.floor(streams / 50))),
    tokensPerSecond: positive("tokens"),
    shortest: 20,
    longest: 100,
    disconnecting: 0.05,
    failing: 10,
    reloading: 60,
    looking: 20,
    // Until then it fills what it keeps of the last requests, and the engine compiles what is hot.
    warmUp: Math.min(240, 0.4 * seconds),
    seed: positive("seed"),
    yielding: true,
    ...(values.profile === undefined ? {} : { profile: values.profile })
  }
  for (const line of Report.opening(options)) console.log(line)
  const result = await Soak.run(options, console.log)
  const { lines, passed } = Report.closing(result)
  for (const line of lines) console.log(line)
  process.exitCode = passed ? 0 : 1
}
