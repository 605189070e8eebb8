/** The pages of the service for people: files built at install, answered from memory, under a strict content policy. */
import { Effect, Layer } from "effect"
import { HttpRouter, HttpServerResponse } from "effect/http"
import type { HttpServerRequest } from "effect/http"
import type { PageFile, PageFiles } from "./PageFiles.ts"
import { built, read } from "./PageFiles.ts"

/** Nothing from elsewhere, nothing inline, and no page of ours inside another's frame. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "worker-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'"
].join("; ")

const common = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "content-security-policy": policy,
  vary: "accept-encoding"
}

const accepts = (request: HttpServerRequest.HttpServerRequest, coding: string): boolean =>
  new RegExp(`(?:^|,)\\s*${coding}\\s*(?:,|$|;(?!\\s*q=0(?:\\.0*)?\\s*(?:,|$)))`).test(
    request.headers["accept-encoding"] ?? ""
  )

const answer = (file: PageFile, request: HttpServerRequest.HttpServerRequest) => {
  const headers = {
    ...common,
    etag: file.etag,
    "cache-control": file.immutable ? "public, max-age=31536000, immutable" : "no-cache"
  }
  const known = request.headers["if-none-match"]?.split(",").some((tag) => tag.trim().replace(/^W\//, "") === file.etag)
  if (known === true) return HttpServerResponse.empty({ status: 304, headers })
  const [coding, bytes] = file.brotli !== undefined && accepts(request, "br")
    ? ["br", file.brotli] as const
    : file.gzip !== undefined && accepts(request, "gzip")
    ? ["gzip", file.gzip] as const
    : [undefined, file.bytes] as const
  return HttpServerResponse.uint8Array(bytes, {
    contentType: file.type,
    headers: coding === undefined ? headers : { ...headers, "content-encoding": coding }
  })
}

const plain = (text: string, status: number, headers = {}) =>
  HttpServerResponse.text(text, { status, headers: { ...common, "cache-control": "no-store", ...headers } })

/** The names of the pages, each a folder with an `index.html`. */
const namesOf = (files: PageFiles): ReadonlyArray<string> =>
  [...files.keys()].flatMap((path) => /^([\w-]+)\/index\.html$/.exec(path)?.[1] ?? [])

/** Where nothing was built, the pages people look for say so. */
const expected = ["dashboard", "transcribe"]

const missing = plain("The pages have not been built. Run: npm run setup\n", 503)
const notFound = plain("There is no such page.\n", 404)

export const layerOf = (folder: string = built) =>
  HttpRouter.use(Effect.fnUntraced(function*(router) {
    const files = read(folder)
    const names = namesOf(files)
    const pathOf = (url: string) => url.split("?", 1)[0]!.slice(1)
    const asset = (request: HttpServerRequest.HttpServerRequest) => {
      const path = pathOf(request.url)
      const file = files.get(path.endsWith("/") ? `${path}index.html` : path)
      return Effect.succeed(file === undefined ? notFound : answer(file, request))
    }
    for (const name of names) {
      // Relative, so that it holds behind a proxy that puts us below a prefix.
      const moved = plain("", 308, { location: `${name}/` })
      // This route answers for the path without a slash as well.
      yield* router.add("GET", `/${name}/*`, (request) =>
        pathOf(request.url) === name ? Effect.succeed(moved) : asset(request))
    }
    for (const name of expected) {
      if (!names.includes(name)) {
        yield* router.add("GET", `/${name}/*`, missing)
      }
    }
    yield* router.add("GET", "/assets/*", asset)
  }))

export const layer = Layer.unwrap(Effect.sync(() => layerOf()))
