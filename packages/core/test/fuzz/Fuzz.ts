/** How many inputs each property is given: some in `npm test`, as many as are asked for in `npm run test:fuzz`. */

/** The one place that reads it. */
const asked = Number(process.env["AIGUILLEUR_FUZZ_RUNS"] ?? 0)

/** For a property whose inputs cost more or less than most; the long form keeps the proportion. */
export const runs = (usual = 300) =>
  asked === 0
    // The same inputs each time: what a change breaks is seen with it, what chance finds is for the long form.
    ? { timeout: 60_000, arbitrary: { runs: usual, seed: 1 } }
    : { timeout: 3_600_000, arbitrary: { runs: Math.ceil(asked * usual / 300) } }

/** For a property that counts work, which takes a while. */
export const works = runs(8)
