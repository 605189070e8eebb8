/** The demo: six simulated servers of two institutions, three keys that exist nowhere else, and what runs on this machine. */
import type { Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { defaults } from "@aiguilleur/core/Settings"
import * as Profile from "@aiguilleur/lab/engine/Profile"
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import * as DemoClient from "@aiguilleur/stt/client/DemoClient"
import { Effect } from "effect"
import type { Config, ConfiguredKey } from "./config/Config.ts"
import { hashOf } from "./Keys.ts"
import * as LocalEngines from "./LocalEngines.ts"

export interface Demo {
  readonly config: Config
  readonly simulated: ReadonlyArray<SimulatedServer.SimulatedServer>
  readonly found: ReadonlyArray<LocalEngines.LocalEngine>
}

export const interactive = "demo-interactive"
export const batch = "demo-batch"
export const operator = "demo-operator"

const large = "demo-large"
const small = "demo-small"

const fleet = [
  { model: large, organisation: "univ-a", site: "dc1" },
  { model: large, organisation: "univ-a", site: "dc2" },
  { model: large, organisation: "univ-b", site: "dc1" },
  { model: large, organisation: "univ-b", site: "dc2" },
  { model: small, organisation: "univ-a", site: "dc1" },
  { model: small, organisation: "univ-b", site: "dc2" }
]

/** Few enough that a loop in a shell makes requests wait. */
const slots = 4

const key = (
  secret: string,
  organisation: string,
  priority: number,
  rights: ConfiguredKey["rights"] = "none"
): ConfiguredKey => ({
  name: secret,
  secretHash: hashOf(secret),
  prefix: secret,
  caller: { key: `key:${secret}`, organisation, priority, routingMode: "any" },
  waitEvents: false,
  rights
})

const server = (url: string, kind: Server["kind"], organisation: string, site: string): Server => ({
  url,
  kind,
  organisation,
  site,
  maxConcurrent: slots,
  headroom: 0,
  ownerReserve: 0,
  priorityScheduling: false
})

const model = (
  name: string,
  servers: ReadonlyArray<string>,
  pair: Pick<Model, "strategy" | "policy">
): Model => ({ name, engineName: name, aliases: [], ttftThreshold: 500, patience: 570_000, servers, ...pair })

const leastBusy = { strategy: "least-busy", policy: "performance" } as const
const roundRobin = { strategy: "round-robin", policy: "concurrent-requests" } as const

/** What Ollama's users leave out. */
const tag = /:latest$/

/** One for each name, whatever engines have it. */
const localModels = (found: ReadonlyArray<LocalEngines.LocalEngine>): ReadonlyArray<Model> => {
  const names = new Set(found.flatMap(({ models }) => models))
  return Array.from(names, (name) => {
    const urls = found.filter(({ models }) => models.includes(name)).map(({ url }) => url)
    const short = name.replace(tag, "")
    return Object.assign(model(name, urls, roundRobin), names.has(short) ? {} : { aliases: [short] })
  })
}

/** The simulated servers listen on free ports of loopback, and go with the scope. */
export const make = Effect.fnUntraced(function*(
  http: { readonly host: string; readonly port: number },
  local: Effect.Effect<ReadonlyArray<LocalEngines.LocalEngine>> = LocalEngines.find
) {
  const [simulated, found] = yield* Effect.all([
    Effect.forEach(fleet, (member) =>
      Effect.map(
        SimulatedServer.start({ profile: Profile.demo, models: [member.model], maxNumSeqs: slots }),
        (simulated) => ({ ...member, simulated })
      ), { concurrency: "unbounded" }),
    local
  ], { concurrency: "unbounded" })
  const urls = (name: string) => simulated.filter(({ model }) => model === name).map(({ simulated }) => simulated.url)
  const config: Config = {
    http: {
      ...http,
      maxBody: 32 * 1024 * 1024,
      maxHeldBytes: 512 * 1024 * 1024,
      maxSpooledBytes: 1024 * 1024 * 1024,
      maxUpload: 500 * 1024 * 1024,
      // Nothing here is anybody's secret.
      metrics: "open",
      trustedProxies: []
    },
    timeouts: { firstByte: 300_000, idle: 60_000, total: 600_000, shutdown: 30_000 },
    settings: defaults,
    organisations: [{ name: "univ-a", weight: 1 }, { name: "univ-b", weight: 1 }, { name: "local", weight: 1 }],
    servers: [
      ...simulated.map(({ organisation, simulated, site }) => server(simulated.url, "vllm", organisation, site)),
      ...found.map(({ kind, url }) => server(url, kind, "local", "local"))
    ],
    models: [
      model(large, urls(large), leastBusy),
      model(small, urls(small), roundRobin),
      ...localModels(found)
    ],
    keys: [key(interactive, "univ-a", 5), key(batch, "univ-b", 1), key(operator, "local", 1, "operator")],
    transcription: { enabled: true, settings: {} },
    simulated: true,
    warnings: []
  }
  return { config, simulated: simulated.map(({ simulated }) => simulated), found } satisfies Demo
})

const foundLine = ({ models, name, url }: LocalEngines.LocalEngine): string =>
  `  ${name} answers at ${url}: its models were added (${models.join(", ") || "none yet"}).`

/** Whether there is a database for the transcription service, and if not, why. */
export type Stored = { readonly where: string } | { readonly absent: string }

const transcriptionLines = (base: string, stored: Stored): ReadonlyArray<string> =>
  "absent" in stored
    ? [`  There is no transcription service, because it needs a database: ${stored.absent}`]
    : [
      `  The transcription service (AristoteAPI) answers at ${base}/api, and ${base}/api/doc describes it.`,
      `  Its client, in this demo only: ${DemoClient.id}, secret ${DemoClient.secret}. Its data is in ${stored.where}.`,
      "",
      `  TOKEN=$(curl -s ${base}/api/token -d grant_type=client_credentials -d client_id=${DemoClient.id} \\`,
      `    -d client_secret=${DemoClient.secret} | sed 's/.*"access_token":"\\([^"]*\\)".*/\\1/')`,
      `  curl -s ${base}/api/v1/enrichments/upload -H "Authorization: Bearer $TOKEN" -F file=@talk.mp4 \\`,
      `    -F notificationWebhookUrl=https://example.org/hook \\`,
      "    -F 'enrichmentParameters={\"generateMetadata\": false, \"generateQuiz\": false}'",
      `  curl -s "${base}/api/v1/enrichments?withStatus=true" -H "Authorization: Bearer $TOKEN"`
    ]

/** What to try, in words that can be pasted. */
export const banner = (base: string, { found }: Pick<Demo, "found">, stored: Stored): string =>
  [
    "",
    `Aiguilleur listens on ${base}  (demo)`,
    "",
    "  Behind it are six SIMULATED servers: they speak like vLLM and know nothing.",
    `  ${large}: four servers, least-busy + performance. ${small}: two servers, round-robin + concurrent-requests.`,
    `  Keys, in this demo only: ${interactive} (univ-a, priority 5) and ${batch} (univ-b, priority 1).`,
    `  ${base}/dashboard/ shows all of it; its key is ${operator}.`,
    ...found.map(foundLine),
    "  Keys that commands make are not for the demo. Your own servers and keys: npm start -- --config FILE (README.md).",
    "",
    `  curl -N ${base}/v1/chat/completions \\`,
    `    -H "Authorization: Bearer ${interactive}" -H "Content-Type: application/json" \\`,
    `    -d '{"model": "${large}", "stream": true, "messages": [{"role": "user", "content": "Hello"}]}'`,
    "",
    "  import OpenAI from \"openai\"",
    `  const client = new OpenAI({ baseURL: "${base}/v1", apiKey: "${interactive}" })`,
    `  const messages = [{ role: "user", content: "Hello" }]`,
    `  const stream = await client.chat.completions.create({ model: "${large}", messages, stream: true })`,
    "  for await (const chunk of stream) process.stdout.write(chunk.choices[0]?.delta?.content ?? \"\")",
    "",
    ...transcriptionLines(base, stored),
    ""
  ].join("\n")
