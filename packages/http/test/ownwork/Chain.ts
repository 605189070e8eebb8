/** A gateway with a simulated Whisper and a simulated chat model behind it, whose own workers do what clients ask for. */
import * as SimulatedServer from "@aiguilleur/lab/face/SimulatedServer"
import { Clients } from "@aiguilleur/stt/client/Clients"
import * as Service from "@aiguilleur/stt/Service"
import { Settings } from "@aiguilleur/stt/Settings"
import { Effect, Layer, Redacted, Schedule } from "effect"
import { randomUUID } from "node:crypto"
import { folder } from "../../../store/test/support/Folder.ts"
import { Caller, type Json } from "../../../stt/test/support/Caller.ts"
import * as Served from "../Served.ts"
import * as ScriptedChat from "./ScriptedChat.ts"

export interface Chain {
  readonly served: Served.Served
  readonly whispers: ReadonlyArray<SimulatedServer.SimulatedServer>
  readonly chat: ScriptedChat.ScriptedChat
  readonly client: Caller
  readonly id: string
  readonly secret: string
}

export interface Options {
  readonly whispers?: ReadonlyArray<SimulatedServer.Options>
  readonly script?: ScriptedChat.Script
  /** Further fields of the `stt` section. */
  readonly more?: string
}

const repositories = Service.repositories.pipe(Layer.provideMerge(Settings.layerOf({})))

const listing = (url: string, kind: string, more = "") =>
  `      - { url: "${url}", kind: ${kind}, organisation: univ-a, site: dc1, maxConcurrent: 4${more} }`

export const start = Effect.fnUntraced(function*({ more = "", script, whispers = [{}] }: Options = {}) {
  const started = yield* Effect.forEach(
    whispers,
    (options) => SimulatedServer.start({ face: "whisper", models: ["ear"], ...options })
  )
  const chat = yield* ScriptedChat.start(script)
  const data = yield* folder
  const served = yield* Served.start(
    [
      "models:",
      "  - name: ear",
      "    servers:",
      ...started.map(({ url }) => listing(url, "whisper")),
      "  - name: chat",
      "    servers:",
      listing(chat.url, "openai"),
      "keys:",
      `  - { name: moodle, organisation: univ-a, priority: 5, secret: "\${MOODLE}" }`,
      "stt:",
      "  speech: ear",
      "  chat: chat",
      more
    ].join("\n"),
    { data }
  )
  const [id, secret] = [`own-work-${randomUUID()}`, "own-work-secret"]
  yield* Clients.use((clients) =>
    clients.create(id, Redacted.make(secret), { scopes: ["scope_default", "scope_client"] })
  )
    .pipe(Effect.provide(repositories), Effect.orDie)
  const client = yield* Effect.promise(() => Caller.of(served, id, secret))
  return { served, whispers: started, chat, client, id, secret } satisfies Chain
})

export const wanted = (more: Record<string, unknown> = {}) => ({
  mediaTypes: ["cours"],
  disciplines: ["Droit", "Physique"],
  generateMetadata: false,
  generateQuiz: false,
  ...more
})

/** What needs no transcription. */
export const subtitles = Buffer.from("1\n00:00:01,000 --> 00:00:03,000\nIt is said.\n")

export const upload = Effect.fnUntraced(function*(client: Caller, file: Buffer, more: Record<string, unknown> = {}) {
  const { json, status, text } = yield* Effect.promise(() =>
    client.post("/enrichments/upload", {
      form: {
        file: new File([new Uint8Array(file)], "lecture.wav"),
        enrichmentParameters: JSON.stringify(wanted(more)),
        notificationLevel: "none"
      }
    })
  )
  if (status !== 200) return yield* Effect.die(text)
  return json.id as string
})

export const job = (client: Caller, id: string): Effect.Effect<Json> =>
  Effect.promise(async () => (await client.get(`/enrichments/${id}`)).json)

export const latest = (client: Caller, id: string): Effect.Effect<Json> =>
  Effect.promise(async () => (await client.get(`/enrichments/${id}/versions/latest`)).json)

/** Asked now and then: the test's own limit is the only clock. */
export const reached = (client: Caller, id: string, ...states: ReadonlyArray<string>) =>
  Effect.repeat(job(client, id), {
    schedule: Schedule.spaced("40 millis"),
    until: ({ status }) => states.includes(status)
  })

/** Its end, whatever it is. */
export const ended = Effect.fnUntraced(function*(client: Caller, id: string) {
  yield* reached(client, id, "SUCCESS", "FAILURE")
  return yield* job(client, id)
})

export const done = Effect.fnUntraced(function*(client: Caller, file: Buffer, more: Record<string, unknown> = {}) {
  const id = yield* upload(client, file, more)
  const end = yield* ended(client, id)
  return { id, end, version: end.status === "SUCCESS" ? yield* latest(client, id) : undefined }
})
