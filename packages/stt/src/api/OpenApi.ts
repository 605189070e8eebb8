/** `/api/doc.json` for programs and `/api/doc` for people. */
import { Schema } from "effect"
import { EnrichmentRequest, UrlRequest } from "../enrichment/Request.ts"
import { Translation } from "../enrichment/Translation.ts"
import { type Endpoint, endpoints } from "./Endpoints.ts"
import { Judgement } from "./JudgementRoutes.ts"
import { Enriched, Evaluated } from "./ResultRoutes.ts"

const schemas = {
  UrlRequest,
  EnrichmentRequest,
  Judgement,
  EnrichmentResult: Enriched,
  TranslationResult: Translation,
  EvaluationResult: Evaluated
}

const schemaOf = (name: string): unknown => {
  if (!(name in schemas)) return undefined
  const { definitions, schema } = Schema.toJsonSchemaDocument(schemas[name as keyof typeof schemas])
  // Local names become those of the document.
  return JSON.parse(
    JSON.stringify({ ...schema, ...(Object.keys(definitions).length === 0 ? {} : { $defs: definitions }) })
      .replaceAll("#/$defs/", `#/components/schemas/${name}/$defs/`)
  )
}

const bodyOf = ({ body }: Endpoint) => {
  if (body === undefined) return {}
  const content = body === "form"
    ? { "multipart/form-data": { schema: { type: "object" } } }
    : { "application/json": { schema: { $ref: `#/components/schemas/${body}` } } }
  return { requestBody: { content } }
}

const operationOf = (endpoint: Endpoint) => ({
  summary: endpoint.about,
  security: endpoint.scope === undefined ? [] : [{ token: [endpoint.scope] }],
  parameters: [
    ...[...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: "path",
      required: true,
      schema: { type: "string", format: "uuid" }
    })),
    ...(endpoint.query ?? []).map((name) => ({ name, in: "query", schema: { type: "string" } }))
  ],
  ...bodyOf(endpoint),
  responses: {
    "200": { description: "Done" },
    default: {
      description: "Refused",
      content: { "application/json": { schema: { $ref: "#/components/schemas/Refusal" } } }
    }
  }
})

const refusal = {
  type: "object",
  required: ["status", "errors"],
  properties: {
    status: { const: "KO" },
    errors: {
      type: "array",
      items: {
        type: "object",
        properties: { path: { type: ["string", "null"] }, message: { type: "string" } }
      }
    }
  }
}

const pathsOf = () => {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const endpoint of endpoints) {
    paths[`/api${endpoint.path}`] = { ...paths[`/api${endpoint.path}`], [endpoint.method]: operationOf(endpoint) }
  }
  return paths
}

export const document = {
  openapi: "3.1.0",
  info: {
    title: "Aiguilleur: transcription and enrichment",
    version: "1",
    description: "Compatible with AristoteAPI: what its clients and workers call is answered as they expect."
  },
  paths: pathsOf(),
  components: {
    schemas: {
      Refusal: refusal,
      ...Object.fromEntries(Object.keys(schemas).map((name) => [name, schemaOf(name)]))
    },
    securitySchemes: {
      token: { type: "oauth2", flows: { clientCredentials: { tokenUrl: "/api/token", scopes: {} } } }
    }
  }
}

const row = ({ about, method, path, scope }: Endpoint) =>
  `<tr><td><code>${method.toUpperCase()}</code></td><td><code>/api${path}</code></td>` +
  `<td>${about}</td><td>${scope === undefined ? "" : `<code>${scope}</code>`}</td></tr>`

export const page = `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Transcription API</title>
<meta name="viewport" content="width=device-width"><style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;color:#1a1a1a;background:#fff}
table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.35rem .6rem;border-bottom:1px solid #ddd;
vertical-align:top}code{font-size:.9em;overflow-wrap:anywhere}
@media(prefers-color-scheme:dark){body{color:#eee;background:#181818}td,th{border-color:#444}a{color:#8cf}}
</style></head><body><h1>Transcription API</h1>
<p>Every endpoint, with the scope that its token needs. For programs: <a href="/api/doc.json">OpenAPI</a>.</p>
<table><thead><tr><th>Method</th><th>Path</th><th>What it does</th><th>Scope</th></tr></thead><tbody>
${endpoints.map(row).join("\n")}
</tbody></table></body></html>`
