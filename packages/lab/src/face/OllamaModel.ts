/** What a simulated Ollama says of its models. */

const family = {
  parent_model: "",
  format: "gguf",
  family: "simulated",
  families: ["simulated"],
  parameter_size: "0",
  quantization_level: "simulated"
}

const size = 4_920_753_328

const digest = "simulated".padEnd(64, "0")

/** `a` is `a:latest`. */
export const canonical = (name: string): string => name.includes(":") ? name : `${name}:latest`

/** The name as installed. */
export const find = (models: ReadonlyArray<string>, asked: string): string | undefined =>
  models.find((name) => canonical(name) === canonical(asked))

/** Of `/api/tags`: installed. */
export const tag = (name: string) => ({
  name: canonical(name),
  model: canonical(name),
  modified_at: "2026-01-01T00:00:00Z",
  size,
  digest,
  details: family
})

/** Of `/api/ps`: loaded. */
export const process = (name: string) => ({
  name,
  model: name,
  size,
  digest,
  details: family,
  expires_at: "2026-01-01T00:05:00Z",
  size_vram: size,
  context_length: 4096
})

export const list = (models: ReadonlyArray<string>) => ({
  object: "list",
  data: models.map((name) => ({ id: canonical(name), object: "model", created: 0, owned_by: "simulated" }))
})

/** Of `/api/show`. */
export const details = {
  modelfile: "# Simulated.",
  parameters: "",
  template: "{{ .Prompt }}",
  details: family,
  model_info: { "general.architecture": "simulated" },
  capabilities: ["completion"]
}
