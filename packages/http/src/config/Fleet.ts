/** Servers and models as the core wants them, and what is wrong between one listing and another. */
import type { Decider, Model } from "@aiguilleur/core/Model"
import type { Server } from "@aiguilleur/core/Server"
import { Equal, Redacted } from "effect"
import type { ConfigFile } from "./ConfigFile.ts"
import type { Path, Report } from "./Report.ts"

type FileModel = NonNullable<ConfigFile["models"][number]>
type FileServer = NonNullable<FileModel["servers"][number]>

interface Listing {
  readonly path: Path
  readonly server: FileServer
}

/** What the predecessor assumed for a server that does not say how much it takes. */
const defaultConcurrency = 100

const listingsOf = (file: ConfigFile): Array<Listing> =>
  file.models.flatMap((model, m) =>
    (model?.servers ?? []).flatMap((server, s) =>
      server === null ? [] : [{ path: ["models", m, "servers", s], server }]
    )
  )

/** One server for each URL, in the order of the file; a field may stand in any of its listings, alike in all. */
export const servers = (
  file: ConfigFile,
  report: Report
): Array<Server> => {
  const byUrl = Map.groupBy(listingsOf(file), ({ server }) => server.url)
  return [...byUrl].flatMap(([url, listings]) => merge(url, listings, report))
}

const merge = (
  url: string,
  listings: ReadonlyArray<Listing>,
  report: Report
): Array<Server> => {
  const first = listings[0]!.path
  const stated = <F extends keyof FileServer>(field: F) => {
    const [owner, ...others] = listings.filter(({ server }) => server[field] !== undefined)
    if (owner === undefined) return { value: undefined, path: [...first, field] }
    const value = owner.server[field]
    for (const other of others) {
      if (plain(other.server[field]) === plain(value)) continue
      const where = report.refer([...owner.path, field])
      const conflict = Redacted.isRedacted(value)
        ? `differs from ${where}`
        : `found ${show(other.server[field])}, but ${where} says ${show(value)}`
      report.error([...other.path, field], `${conflict} for the same server ${url}; say the same, or say it once`)
    }
    return { value, path: [...owner.path, field] }
  }
  const kind = stated("kind")
  const token = stated("token").value
  const organisation = stated("organisation")
  const site = stated("site")
  const maxConcurrent = stated("maxConcurrent").value ?? defaultConcurrency
  const headroom = stated("headroom").value ?? 0
  const ownerReserve = stated("ownerReserve")
  const priorityScheduling = stated("priorityScheduling").value ?? false

  if ((ownerReserve.value ?? 0) > maxConcurrent) {
    const expected = `at most maxConcurrent (${maxConcurrent})`
    report.error(ownerReserve.path, `expected ${expected}, found ${ownerReserve.value}`, {
      expected,
      found: String(ownerReserve.value)
    })
  }
  if (organisation.value === undefined) {
    report.error(organisation.path, "is missing: which organisation owns the server?")
    return []
  }
  return [{
    url,
    kind: kind.value ?? "openai",
    ...(token === undefined || Redacted.value(token) === "" ? {} : { token }),
    organisation: organisation.value,
    // Each institution is its own data centre unless it says otherwise.
    site: site.value ?? organisation.value,
    maxConcurrent,
    headroom,
    ownerReserve: ownerReserve.value ?? 0,
    priorityScheduling
  }]
}

const plain = (value: unknown) => Redacted.isRedacted(value) ? Redacted.value(value) : value

const show = (value: unknown) => typeof value === "string" ? JSON.stringify(value) : String(value)

/** Every model under its public name; it answers to its aliases too, and to the engines' name if that is its alone. */
export const models = (file: ConfigFile, report: Report): Array<Model> => {
  const owners = new Map<string, Path>()
  const claim = (name: string, path: Path, model: number) => {
    const owner = owners.get(name)
    if (owner === undefined) owners.set(name, path)
    else if (owner[1] !== model) report.error(path, `"${name}" is already taken by ${report.refer(owner)}`)
  }
  file.models.forEach((model, m) => model === null ? undefined : claim(model.name, ["models", m, "name"], m))
  file.models.forEach((model, m) => model?.aliases.forEach((alias, a) => claim(alias, ["models", m, "aliases", a], m)))
  const engineNames = Map.groupBy(file.models, (model) => model?.model)

  return file.models.flatMap((model, m) => {
    if (model === null) return []
    const engineName = model.model ?? model.name
    const isItsAlone = !owners.has(engineName) && engineNames.get(model.model)?.length === 1
    if (model.servers.length === 0) report.warn(["models", m], `${model.name} has no servers and will answer 503`)
    const decider = deciderOf(model)
    const shadow = model.shadow === undefined ? undefined : deciderOf(model.shadow)
    if (Equal.equals(decider, shadow)) {
      report.warn(["models", m, "shadow"], "is the pair that acts, and will agree with it")
    }
    return [{
      name: model.name,
      engineName,
      aliases: [...new Set([...model.aliases, ...isItsAlone ? [engineName] : []])].filter((name) =>
        name !== model.name
      ),
      ...decider,
      ...(shadow === undefined ? {} : { shadow }),
      ttftThreshold: model.ttftThreshold,
      patience: model.patience,
      servers: urlsOf(model, m, report)
    }]
  })
}

const deciderOf = ({ policy, strategy }: Pick<FileModel, "policy" | "strategy">): Decider => ({
  strategy,
  policy: policy ?? (strategy === "least-busy" ? "performance" : "concurrent-requests")
})

const urlsOf = (model: FileModel, m: number, report: Report): Array<string> => {
  const seen = new Map<string, Path>()
  model.servers.forEach((server, s) => {
    if (server === null) return
    const path = ["models", m, "servers", s]
    const first = seen.get(server.url)
    if (first === undefined) seen.set(server.url, path)
    else report.error(path, `${server.url} is listed twice: first at ${report.refer(first)}`)
  })
  return [...seen.keys()]
}
