/** Spellings that are read beside the house's own: underscores, American English, and the predecessor's Helm values. */

const synonyms: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": { organizations: "organisations" },
  "models": {
    vllmServers: "servers",
    routingStrategy: "strategy",
    requeuePolicy: "policy",
    qualityOfServicePolicy: "policy"
  },
  "models.shadow": { routingStrategy: "strategy", requeuePolicy: "policy", qualityOfServicePolicy: "policy" },
  "models.servers": { organization: "organisation", maxParallelRequests: "maxConcurrent" },
  "keys": { organization: "organisation", organizations: "organisations", defaultRoutingMode: "routingMode" }
}

const ofTheChart = "belongs to the predecessor's Helm chart and is ignored"

/** What a values file of the predecessor holds beside the part that concerns us. */
const ignored: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "": {
    sender: ofTheChart,
    consumer: ofTheChart,
    inferenceserver: ofTheChart,
    rabbitmq: ofTheChart,
    database: ofTheChart,
    mysql: ofTheChart,
    postgresql: ofTheChart,
    ingress: ofTheChart,
    imagePullSecrets: ofTheChart,
    nameOverride: ofTheChart,
    fullnameOverride: ofTheChart,
    global: ofTheChart,
    tokens: "is ignored: list them under `keys`, each with a name and an organisation"
  },
  "models": {
    quantization: ofTheChart,
    dtype: ofTheChart,
    gpuMemoryUtilization: ofTheChart,
    huggingfaceToken: ofTheChart,
    ropeScaling: ofTheChart,
    replicaCount: ofTheChart,
    pvc: ofTheChart,
    servedModelName: "is ignored: `model` is the name that the engines answer to",
    priorityHandler: "is ignored: say `priorityScheduling: true` on the servers that were started for it"
  }
}

/** `max_parallel_requests` and `max-parallel-requests` to `maxParallelRequests`. */
const camel = (name: string) =>
  name.replace(/(?<![-_])[-_]+([A-Za-z0-9])/g, (_, letter: string) => letter.toUpperCase())

export type Reading =
  | { readonly _tag: "Field"; readonly name: string; readonly impliedKind?: "vllm" }
  | { readonly _tag: "Ignored"; readonly why: string }

/** How a key is read inside the mapping that `section` names (`models.servers`). */
export const read = (section: string, written: string): Reading => {
  const name = camel(written)
  const why = own(own(ignored, section), name)
  if (why !== undefined) return { _tag: "Ignored", why }
  const known = own(own(synonyms, section), name)
  // An unknown name stays as it was written, for its message.
  return name === "vllmServers" && known !== undefined
    ? { _tag: "Field", name: known, impliedKind: "vllm" }
    : { _tag: "Field", name: known ?? name }
}

// Neither a section nor a field is one that every object has.
const own = <A>(table: Readonly<Record<string, A>> | undefined, name: string): A | undefined =>
  table !== undefined && Object.hasOwn(table, name) ? table[name] : undefined
