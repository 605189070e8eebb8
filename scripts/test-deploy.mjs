// Checks what is in deploy/ with the programs that read it in earnest: npm run test:deploy
import { checks } from "./deploy/Checks.ts"

let failed = 0
for (const { name, run } of checks) {
  try {
    const said = run()
    console.log(said === undefined ? `- ${name}: skipped, its program cannot be had here` : `✓ ${name}: ${said}`)
  } catch (error) {
    failed++
    console.log(`✗ ${name}\n${error.message}`)
  }
}
process.exitCode = failed === 0 ? 0 : 1
