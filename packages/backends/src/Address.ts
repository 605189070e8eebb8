/** Where a request goes: the base URL of a server joined with a path of its API, by one rule for every kind. */

const parts = /^([a-z][a-z0-9+.-]*:\/\/[^/?#]*)([^?#]*)/i

interface Parts {
  readonly origin: string
  readonly prefix: string
}

/** Of the servers that there are, which are asked again and again. */
const known = new Map<string, Parts>()
const mostKnown = 1_000

const partsOf = (server: string): Parts => {
  let found = known.get(server)
  if (found !== undefined) return found
  found = { origin: parts.exec(server)?.[1] ?? server, prefix: prefixOf(server) }
  if (known.size === mostKnown) known.clear()
  known.set(server, found)
  return found
}

/** Scheme, host and port: what a connection pool is keyed by. */
export const origin = (server: string): string => partsOf(server).origin

const withoutSlashes = (path: string): string => {
  let end = path.length
  while (end > 0 && path[end - 1] === "/") end--
  return path.slice(0, end)
}

/**
 * The path of a base URL is a prefix, except for a final `/v1`: that one belongs to the paths of the API, which bring
 * their own. So `http://h/v1` and `http://h` are one address, and `/health` of `http://h/vllm/v1` is `/vllm/health`.
 */
const prefixOf = (server: string): string => {
  const path = withoutSlashes(parts.exec(server)?.[2] ?? "")
  return path.endsWith("/v1") ? withoutSlashes(path.slice(0, -3)) : path
}

/** Path (and query) on the server's origin for a path of the API, such as `/v1/chat/completions`. */
export const target = (server: string, path: string): string =>
  partsOf(server).prefix + (path.startsWith("/") ? path : `/${path}`)

/** The whole URL. */
export const url = (server: string, path: string): string => origin(server) + target(server, path)
