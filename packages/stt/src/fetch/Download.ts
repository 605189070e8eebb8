/** Fetches a medium into a file: every hop of a redirect checked, every wait bounded, what arrived before kept. */
import { Clock, Effect } from "effect"
import * as fs from "node:fs"
import type { IncomingMessage } from "node:http"
import { Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import type { SttSettings } from "../Settings.ts"
import { resolved } from "./Destination.ts"
import { FetchError } from "./FetchError.ts"
import { request } from "./Requesting.ts"

export interface Fetched {
  readonly name: string
  readonly size: number
}

const maxRedirects = 5

/** What identifies the content that has arrived so far; without it nothing can be continued. */
interface Resumable {
  readonly size: number
  readonly validator: string
}

const open = Effect.fnUntraced(function*(
  source: string,
  settings: SttSettings,
  from: Resumable | undefined
): Effect.fn.Return<{ readonly url: URL; readonly response: IncomingMessage }, FetchError> {
  let url = new URL(source)
  for (let hop = 0; hop <= maxRedirects; hop++) {
    const destination = yield* resolved(url, settings.fetchHosts)
    const response = yield* request(destination, {
      method: "GET",
      headers: {
        accept: "*/*",
        ...(from === undefined ? {} : { range: `bytes=${from.size}-`, "if-range": from.validator })
      },
      connect: settings.fetch.connect,
      head: settings.fetch.head
    })
    const status = response.statusCode ?? 0
    const { location } = response.headers
    if (![301, 302, 303, 307, 308].includes(status) || location === undefined) return { url, response }
    response.destroy()
    if (!URL.canParse(location, url.href)) {
      return yield* new FetchError({ reason: "NotAllowed", detail: "a redirect that leads nowhere" })
    }
    url = new URL(location, url)
  }
  return yield* new FetchError({ reason: "TooManyRedirects", detail: `more than ${maxRedirects} redirects` })
})

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** By `Content-Disposition`, else by the path. */
export const nameOf = (disposition: string | undefined, url: URL): string => {
  const [, extended] = /filename\*\s*=\s*[\w-]*'[^']*'([^;\s]+)/i.exec(disposition ?? "") ?? []
  const [, quoted, plain] = /filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))/i.exec(disposition ?? "") ?? []
  const told = extended === undefined ? quoted?.replace(/\\(.)/g, "$1") ?? plain : decoded(extended)
  const found = (told ?? decoded(url.pathname)).split(/[\\/]/).at(-1) ?? ""
  // oxlint-disable-next-line no-control-regex
  return found.replace(/[\u0000-\u001f\u007f]/g, "").slice(0, 255) || "media"
}

const validatorOf = ({ headers }: IncomingMessage): string | undefined => {
  if (headers["accept-ranges"] !== "bytes" && headers["content-range"] === undefined) return undefined
  const { etag } = headers
  return etag !== undefined && !etag.startsWith("W/") ? etag : headers["last-modified"]
}

const continues = (response: IncomingMessage, size: number): boolean =>
  response.statusCode === 206 && new RegExp(`^bytes ${size}-`).test(response.headers["content-range"] ?? "")

/** Counts, and ends what is too large or stands still. */
const guard = (already: number, { fetch, maxUpload }: SttSettings) => {
  let size = already
  const stalled = () => through.destroy(new FetchError({ reason: "Timeout", detail: "the server stands still" }))
  let timer = setTimeout(stalled, fetch.idle)
  const through = new Transform({
    transform(chunk: Buffer, _, done) {
      clearTimeout(timer)
      timer = setTimeout(stalled, fetch.idle)
      size += chunk.length
      if (size <= maxUpload) done(null, chunk)
      else done(new FetchError({ reason: "TooLarge", detail: `more than ${maxUpload} bytes` }))
    }
  })
  through.on("close", () => clearTimeout(timer))
  return through
}

const save = (response: IncomingMessage, file: string, already: number, settings: SttSettings) =>
  Effect.tryPromise({
    try: (signal) =>
      pipeline(
        response,
        guard(already, settings),
        fs.createWriteStream(file, { flags: already === 0 ? "w" : "a", mode: 0o600 }),
        { signal }
      ),
    catch: (cause) =>
      cause instanceof FetchError ? cause : new FetchError({ reason: "Cut", detail: "the connection was cut" })
  })

const sizeOf = (file: string) => Effect.promise(() => fs.promises.stat(file).then(({ size }) => size, () => 0))

/** The state of one download over its attempts. */
export class Download {
  readonly #source: string
  readonly #file: string
  readonly #settings: SttSettings
  #validator: string | undefined

  constructor(source: string, file: string, settings: SttSettings) {
    this.#source = source
    this.#file = file
    this.#settings = settings
  }

  /** One attempt; what an earlier one received is continued where the server lets it. */
  readonly attempt: Effect.Effect<Fetched, FetchError> = Effect.suspend(() => this.#attempt())

  readonly #attempt = Effect.fnUntraced(function*(this: Download): Effect.fn.Return<Fetched, FetchError> {
    const settings = this.#settings
    const began = yield* Clock.currentTimeMillis
    const size = this.#validator === undefined ? 0 : yield* sizeOf(this.#file)
    const from = size === 0 || this.#validator === undefined ? undefined : { size, validator: this.#validator }
    const { response, url } = yield* open(this.#source, settings, from)
    const status = response.statusCode ?? 0
    const resumed = from !== undefined && continues(response, from.size)
    if (status !== 200 && !resumed) {
      response.destroy()
      this.#validator = undefined
      return yield* new FetchError({ reason: "Status", detail: `the server answered ${status}`, status })
    }
    this.#validator = validatorOf(response)
    const left = settings.fetch.total - ((yield* Clock.currentTimeMillis) - began)
    yield* save(response, this.#file, resumed ? size : 0, settings).pipe(
      Effect.timeoutOrElse({
        duration: Math.max(1, left),
        orElse: () => Effect.fail(new FetchError({ reason: "TooLarge", detail: "it took longer than is accepted" }))
      })
    )
    return { name: nameOf(response.headers["content-disposition"], url), size: yield* sizeOf(this.#file) }
  })
}
