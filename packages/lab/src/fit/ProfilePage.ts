/** docs/profiles.md: what each profile is made of, how well it fits, what is fitted and what is guessed. */
import type { Profile } from "../engine/Profile.ts"
import * as Profiles from "../engine/Profile.ts"
import * as Bench from "./Bench.ts"
import type { Comparison, Fit } from "./Fit.ts"
import type { Check } from "./Published.ts"
import { checks } from "./Published.ts"

const table = (heads: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string =>
  [heads, heads.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n")

const units = { tokensPerSecond: "output tokens/s", ttft: "time to first token, ms", perToken: "time per token, ms" }

const row = ({ clients, figure, published, simulated }: Comparison): ReadonlyArray<string> => {
  const error = 100 * (simulated / published - 1)
  return [
    String(clients),
    units[figure],
    String(published),
    simulated.toFixed(figure === "perToken" ? 1 : 0),
    `${error < 0 ? "−" : "+"}${Math.abs(error).toFixed(0)} %`
  ]
}

const checked = (check: Check): ReadonlyArray<string> => {
  const { clients, figure, output, profile, prompt, published, remark, source } = check
  const simulated = Bench.run(profile, { source, prompt, output: [output, output], ttftIs: "median" }, clients)[figure]
  return [
    `\`${profile.name}\``,
    source,
    String(clients),
    `${prompt} in, ${output} out`,
    units[figure],
    published,
    simulated.toFixed(figure === "perToken" ? 1 : 0),
    remark
  ]
}

const constants = (
  { a, b, frontEnd, k, kvTokens, maxNumBatchedTokens, name, t0 }: Profile
): ReadonlyArray<string> => [
  `\`${name}\``,
  ...[t0, a, b, k, frontEnd.request, frontEnd.chunk, kvTokens, maxNumBatchedTokens].map(String)
]

const section = ({ comparisons, error, profile, sweep }: Fit): string =>
  `## ${profile.name}

Source: ${sweep.source}. Assumed: ${sweep.assumed}
Fitted: ${Object.keys(sweep.guesses).join(", ")}. Everything else is guessed or derived. Mean error ${
    error.toFixed(1)
  } %.

${table(["clients", "figure", "published", "simulated", "error"], comparisons.map(row))}
`

export const page = (fits: ReadonlyArray<Fit>): string =>
  `# Profiles of GPUs and models

Written by \`npm run lab:fit -- --write\`; a test holds it to the code. The laboratory's engines are simulated: a step
lasts \`t0 + a · decoding + b · prompt tokens + k · context tokens\` milliseconds. Before a request reaches the engine a
front end spends \`request\` on it, one request after another, and then it waits for \`chunk · requests being answered\`:
both directions of the front end are charged on the way in. The published figures are other people's, measured on other people's load
generators: take a profile as the right shape and the right order of magnitude, and fit your own.

${table(["profile", "t0", "a", "b", "k", "request", "chunk", "KV tokens", "tokens per step"], real.map(constants))}

${fits.map(section).join("\n")}
## ${Profiles.l40sMistral24b.name}

Guessed whole: no published sweep was found. t0 is what reading 24.9 GB of weights at 864 GB/s takes (28.8 ms) at about
87 % of the bandwidth; a, b and k are guesses of the right order (three times as many weights as
\`${Profiles.l40sLlama8b.name}\` would make b ${
    (3 * Profiles.l40sLlama8b.b).toFixed(2)
  }); the KV cache is what 48 GB leave at 160 KiB per token. The front end is
guessed. Every scenario on this GPU inherits these guesses.

## Checked, not fitted

${table(["profile", "source", "clients", "tokens", "figure", "published", "simulated", "remark"], checks.map(checked))}

## What no profile has

Speculative decoding, several GPUs per engine, quantised caches, LoRA, vision, the cost of structured output, and the
variance of a real machine: two equal batches take equally long.
`

const real = Profiles.profiles.filter(({ name }) => name !== "test" && name !== "demo")
