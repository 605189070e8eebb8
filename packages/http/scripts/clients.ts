/**
 * `npm run test:clients -- [NAME …]`: the official Python SDK, LangChain, the Vercel AI SDK and Open WebUI's requests,
 * against a gateway before simulated engines. What cannot be installed is said, and fails nothing.
 */
import { clients, runAll } from "../test/clients/Clients.ts"

const asked = process.argv.slice(2)
const stranger = asked.find((name) => clients[name] === undefined)
if (stranger !== undefined) {
  console.error(`No client is called ${stranger}; there are ${Object.keys(clients).join(", ")}.`)
  process.exit(2)
}

const counts = { passed: 0, failed: 0, missing: 0 }
for (const { missing, name, results, seconds } of await runAll(asked.length === 0 ? Object.keys(clients) : asked)) {
  console.log(`${name} (${seconds} s):`)
  if (missing !== undefined) {
    counts.missing++
    console.log(`  – was not to be had: ${missing}`)
  }
  for (const { failed, said, what } of results) {
    if (failed === undefined) counts.passed++
    else counts.failed++
    console.log(
      `  ${failed === undefined ? "✓" : "✗"} ${what}${failed ?? said ? `: ${failed ?? JSON.stringify(said)}` : ""}`
    )
  }
}
console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.missing} clients not to be had`)
process.exitCode = counts.failed === 0 ? 0 : 1
