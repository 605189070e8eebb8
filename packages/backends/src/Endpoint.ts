/** The endpoints of the APIs that engines speak: what a caller may ask for, by which paths, and who has it. */

/** By the paths under which callers and engines know each; the first is the one to document. */
export const paths = {
  chat: ["/v1/chat/completions"],
  completions: ["/v1/completions"],
  responses: ["/v1/responses"],
  messages: ["/v1/messages"],
  countTokens: ["/v1/messages/count_tokens"],
  embeddings: ["/v1/embeddings"],
  rerank: ["/v1/rerank", "/rerank", "/v2/rerank"],
  score: ["/v1/score", "/score"],
  pooling: ["/v1/pooling", "/pooling"],
  classify: ["/v1/classify", "/classify"],
  tokenize: ["/v1/tokenize", "/tokenize"],
  detokenize: ["/v1/detokenize", "/detokenize"],
  transcriptions: ["/v1/audio/transcriptions"],
  translations: ["/v1/audio/translations"],
  ollamaChat: ["/api/chat"],
  ollamaGenerate: ["/api/generate"],
  ollamaEmbed: ["/api/embed", "/api/embeddings"],
  ollamaShow: ["/api/show"]
} as const satisfies Record<string, ReadonlyArray<string>>

export type Endpoint = keyof typeof paths

export const all = Object.keys(paths) as ReadonlyArray<Endpoint>

/** `depends`: on the model, or on how the server was started; it is sent there, and the engine's answer stands. */
export type Support = "yes" | "depends" | "no"

export type Endpoints = Readonly<Record<Endpoint, Support>>

/** What is not named is not there. */
export const having = (yes: ReadonlyArray<Endpoint>, depends: ReadonlyArray<Endpoint> = []): Endpoints => {
  const support = (endpoint: Endpoint): Support =>
    yes.includes(endpoint) ? "yes" : depends.includes(endpoint) ? "depends" : "no"
  return Object.fromEntries(all.map((endpoint) => [endpoint, support(endpoint)])) as Endpoints
}

const byPath: ReadonlyMap<string, Endpoint> = new Map(
  all.flatMap((endpoint) => paths[endpoint].map((path) => [path, endpoint] as const))
)

const bare = (path: string): string => {
  const [before = ""] = path.split("?", 1)
  return before.length > 1 && before.endsWith("/") ? before.slice(0, -1) : before
}

/** `undefined` for a path that is in nobody's table, such as next year's. */
export const endpointOf = (path: string): Endpoint | undefined => byPath.get(path) ?? byPath.get(bare(path))

/** Written as in the table, without a query or a slash at its end. */
export const isListed = (path: string): boolean => byPath.has(path)

/** The same path elsewhere; a query stays. */
export const moved = (path: string, to: string): string => {
  const query = path.indexOf("?")
  return query === -1 ? to : to + path.slice(query)
}

/** A path of `/v1` that no table knows is tried: the engine answers for itself. */
export const serves = (endpoints: Endpoints, path: string): boolean => {
  const endpoint = endpointOf(path)
  return endpoint === undefined ? path.startsWith("/v1/") : endpoints[endpoint] !== "no"
}
