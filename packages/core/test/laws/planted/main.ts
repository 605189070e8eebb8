/** `npm run test:planted`: which law catches which bug, after how many histories, and how small it was made. */
import * as Campaign from "./Campaign.ts"
import { planted } from "./Planted.ts"

let missed = 0
console.log("| law | planted bug | histories | counter-example |\n| --- | --- | --- | --- |")
for (const bug of planted) {
  const caught = await Campaign.hunt(bug, 10_000)
  if (caught === undefined) missed++
  const found = caught === undefined
    ? "- | **missed**"
    : `${caught.histories} | ${caught.steps} steps: ${caught.message.slice(0, 90)}`
  console.log(`| ${bug.law} | ${bug.what} | ${found} |`)
}
process.exitCode = missed === 0 ? 0 : 1
