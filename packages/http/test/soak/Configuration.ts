/** The two files between which a soak reloads: they differ in what a reload can change, and never in a key. */
import { engineToken } from "../Rig.ts"

export const model = "soaked"

export const keys = ["interactive", "batch", "night", "guests"].map((name) => ({
  name,
  secret: `secret-of-${name}-0123456789`
}))

export const secrets = keys.map(({ secret }) => secret)

const organisations = ["univ-a", "univ-b"]

/** The second file leaves the last server out. */
export const files = (urls: ReadonlyArray<string>, slots: number): readonly [string, string] => {
  const file = (pair: string, weight: number, served: ReadonlyArray<string>) => `
http: { port: 0 }
timeouts: { firstByte: 5 seconds, idle: 5 seconds, total: 300 seconds, shutdown: 5 seconds }
organisations:
  - { name: univ-a, weight: ${weight} }
  - { name: univ-b, weight: 1 }
models:
  - name: ${model}
    model: simulated
    ${pair}
    ttftThreshold: 5 seconds
    patience: 60 seconds
    servers:
${
    served.map((url, i) =>
      `      - { url: "${url}", organisation: ${
        organisations[i % 2]
      }, site: dc1, token: ${engineToken}, maxConcurrent: ${slots} }`
    ).join("\n")
  }
keys:
${
    keys.map(({ name, secret }, i) =>
      `  - { name: ${name}, organisation: ${organisations[i % 2]}, priority: ${5 - i}, secret: ${secret} }`
    ).join("\n")
  }
`
  return [
    file("strategy: round-robin\n    policy: concurrent-requests", 1, urls),
    file("strategy: least-busy\n    policy: performance", 3, urls.slice(0, -1))
  ]
}
