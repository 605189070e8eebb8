/** `/api/doc.json` for programs and `/api/doc` for people, both made when somebody first asks for them. */
import { Effect } from "effect"
import { HttpServerResponse } from "effect/http"
import { json } from "./Envelope.ts"

type Methods = Record<string, {
  readonly summary?: string
  readonly security?: ReadonlyArray<{ readonly token: ReadonlyArray<string> }>
}>

const read = async () => {
  const [{ OpenApi }, { api }] = await Promise.all([import("effect/http-api"), import("./Contract.ts")])
  const { components, ...document } = OpenApi.fromApi(api)
  return {
    ...document,
    info: {
      title: "Aiguilleur: transcription and enrichment",
      version: "1",
      description: "Compatible with AristoteAPI: what its clients and workers call is answered as they expect."
    },
    components: {
      ...components,
      securitySchemes: {
        token: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "/api/token", scopes: {} } } }
      }
    }
  }
}

let made: ReturnType<typeof read> | undefined
const document = Effect.promise(() => made ??= read())

export const forPrograms = Effect.map(document, (found) => json(found))

const row = (path: string, method: string, { security = [], summary = "" }: Methods[string]) =>
  `<tr><td><code>${method.toUpperCase()}</code></td><td><code>${path}</code></td>` +
  `<td>${summary}</td><td>${security.map(({ token }) => `<code>${token.join(" ")}</code>`).join("")}</td></tr>`

const page = (paths: Record<string, Methods>) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Transcription API</title>
<meta name="viewport" content="width=device-width"><style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd;
vertical-align:top}code{font-size:.9em;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}td,th{border-color:#444}a{color:#8cf}}
</style></head><body><h1>Transcription API</h1>
<p>Every endpoint, with the scope that its token needs. For programs: <a href="/api/doc.json">OpenAPI</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Scope</th></tr></thead><tbody>
${
    Object.entries(paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]) => row(path, method, operation))
    ).join("\n")
  }
</tbody></table></body></html>`

export const forPeople = Effect.map(
  document,
  ({ paths }) =>
    HttpServerResponse.text(page(paths as Record<string, Methods>), { contentType: "text/html; charset=utf-8" })
)
