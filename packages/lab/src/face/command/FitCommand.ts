/** `npm run lab:fit`: fits the profiles to the published figures, prints the errors, and writes docs/profiles.md. */
import { writeFileSync } from "node:fs"
import * as Fit from "../../fit/Fit.ts"
import { page } from "../../fit/ProfilePage.ts"
import { sweeps } from "../../fit/Published.ts"

const file = new URL("../../../../../docs/profiles.md", import.meta.url)

export const run = (args: ReadonlyArray<string>): number => {
  const shipped = sweeps.map((sweep) => Fit.judge(sweep))
  process.stdout.write(`${page(shipped)}\n`)
  for (const [place, sweep] of sweeps.entries()) {
    const { error, profile } = Fit.fit(sweep)
    const { a, b, frontEnd: { chunk, request }, t0 } = profile
    process.stdout.write(
      `${profile.name}: the search finds t0 ${t0}, a ${a}, b ${b}, request ${request}, chunk ${chunk}, `
        + `mean error ${error.toFixed(1)} %; as shipped ${shipped[place]!.error.toFixed(1)} %\n`
    )
  }
  if (args.includes("--write")) writeFileSync(file, page(shipped))
  return 0
}
