/** The service in a process of its own, to be killed. */
import * as path from "node:path"
import { start } from "./Service.ts"

const [data, hookAddress, mediaAddress] = process.argv.slice(2)
const target = (address: string) => ({ address: address.split(":")[0]!, port: Number(address.split(":")[1]) })

const rig = await start({
  folder: path.join(data!, "stt"),
  fetchHosts: new Map([["hook.test", target(hookAddress!)], ["media.test", target(mediaAddress!)]]),
  webhook: { timeout: 20_000, delays: [50, 100, 200, 400] },
  fetch: { connect: 5000, head: 10_000, idle: 10_000, total: 60_000 }
}, data)
console.log(rig.url)
