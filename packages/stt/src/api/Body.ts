/** Bodies in every encoding that callers use; files go to disk as they arrive, at the pace at which the disk takes them. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import * as MultipartParser from "@effect/platform-node/NodeMultipartParser"
import { Effect, type Scope } from "effect"
import { HttpServerRequest } from "effect/http"
import { decodeField } from "effect/http/MultipartParser"
import * as fs from "node:fs"
import type { IncomingMessage, ServerResponse } from "node:http"
import { type Readable, Transform } from "node:stream"
import { pipeline } from "node:stream/promises"
import * as Json from "../Json.ts"
import { Spool, type SpoolFile } from "../media/Spool.ts"
import { invalid, Refusal, tooLarge, tooSlow, unavailable, unreadable, unsupportedType } from "../Refusal.ts"
import { Settings } from "../Settings.ts"

/** Of a body that is held in memory, and of the fields of a form. */
const maxHeld = 64 * 1024 * 1024

export interface FilePart extends SpoolFile {
  /** As the sender calls it, without folders. */
  readonly name: string
  readonly size: number
}

export interface Body {
  readonly encoding: "json" | "form"
  /** An object for JSON; texts by name for forms. */
  readonly values: Record<string, unknown>
  readonly files: ReadonlyMap<string, FilePart>
}

const limited = (left: number, limit: number) => {
  let size = 0
  return new Transform({
    transform(chunk: Buffer, _, done) {
      size += chunk.length
      if (size > left) done(tooLarge("file", `The file is larger than the ${limit} bytes that are accepted`))
      else done(null, chunk)
    }
  })
}

/** Fails when nothing has come for too long; a sender that is held back by our disk is not at fault. */
const unlessStalled = async <A>(request: IncomingMessage, idle: number, body: Promise<A>): Promise<A> => {
  let arrived = request.socket.bytesRead
  const stalled = Promise.withResolvers<never>()
  const timer = setInterval(() => {
    const { bytesRead } = request.socket
    if (bytesRead === arrived && request.readableLength === 0) {
      stalled.reject(tooSlow(null, "The body has stopped coming"))
    }
    arrived = bytesRead
  }, idle)
  return Promise.race([body, stalled.promise]).finally(() => clearInterval(timer))
}

const nameOf = (name: string): string => (name.split(/[\\/]/).at(-1) ?? "").replaceAll("\0", "").slice(0, 255)

const multipart = Effect.fnUntraced(function*(
  request: IncomingMessage,
  maxBody: number,
  maxFile: number
): Effect.fn.Return<Body, Refusal, Settings | Spool | Scope.Scope> {
  const { bodyIdle } = yield* Settings
  const spool = yield* Spool
  const values: Record<string, unknown> = {}
  const files = new Map<string, FilePart>()
  const paths: Array<SpoolFile> = []
  // Whatever a request leaves behind and nobody adopted goes with it.
  yield* Effect.addFinalizer(() => Effect.forEach(paths, spool.discard, { discard: true }))
  // All fields together, and all files: a hundred small ones are no less than a large one.
  let heldLeft = maxBody
  let fileLeft = maxFile
  const receive = async (parts: Readable) => {
    for await (const part of parts as AsyncIterable<MultipartParser.Part>) {
      if (part._tag === "Field") {
        heldLeft -= part.value.length
        if (heldLeft < 0) throw tooLarge(null, "The fields of the form are too large")
        values[part.info.name] = decodeField(part.info, part.value).replaceAll("\0", "")
        continue
      }
      const file = spool.fileUnsafe()
      paths.push(file)
      await pipeline(part, limited(fileLeft, maxFile), fs.createWriteStream(file.path, { mode: 0o600 }))
      const { size } = await fs.promises.stat(file.path)
      fileLeft -= size
      files.set(part.info.name, { ...file, name: nameOf(part.filename ?? ""), size })
    }
  }
  yield* Effect.tryPromise({
    try: async (signal) => {
      const parser = MultipartParser.make({ headers: request.headers, maxFieldSize: maxBody, maxParts: 100 })
      const feeding = pipeline(request, parser, { signal, end: true })
      await unlessStalled(request, bodyIdle, Promise.all([receive(parser), feeding]))
    },
    catch: (cause) => {
      if (cause instanceof Refusal) return cause
      if (isLimit(cause)) return tooLarge(null, "A field of the form is too large")
      return isOfTheDisk(cause)
        ? unavailable(null, "There is no room for the file at the moment")
        : invalid(null, "The form is malformed or was cut off")
    }
  })
  return { encoding: "form", values, files }
})

const isOfTheDisk = (cause: unknown) =>
  ["ENOSPC", "EDQUOT", "EIO", "EROFS", "EMFILE"].includes((cause as NodeJS.ErrnoException | undefined)?.code ?? "")

const isLimit = (cause: unknown) =>
  typeof cause === "object" && cause !== null && (cause as { _tag?: unknown })._tag === "ReachedLimit"

const collected = async (request: IncomingMessage, maxBody: number): Promise<string> => {
  const chunks: Array<Buffer> = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBody) throw tooLarge(null, `The body is larger than the ${maxBody} bytes that are accepted`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString("utf8")
}

const held = Effect.fnUntraced(function*(
  request: IncomingMessage,
  maxBody: number
): Effect.fn.Return<string, Refusal, Settings> {
  const { bodyIdle } = yield* Settings
  return yield* Effect.tryPromise({
    try: () => unlessStalled(request, bodyIdle, collected(request, maxBody)),
    catch: (cause) => cause instanceof Refusal ? cause : invalid(null, "The body was cut off")
  })
})

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const fromJson = (text: string): Effect.Effect<Body, Refusal> =>
  Effect.suspend(() => {
    if (text.trim() === "") return Effect.fail(unreadable(null, "The body is empty"))
    let parsed: unknown
    try {
      parsed = Json.parse(text)
    } catch {
      return Effect.fail(invalid(null, "The body is not valid JSON"))
    }
    // PHP writes an empty map as an empty list.
    const values = Array.isArray(parsed) && parsed.length === 0 ? {} : parsed
    if (!isRecord(values)) return Effect.fail(unreadable(null, "The body should be a JSON object"))
    return Effect.succeed<Body>({ encoding: "json", values, files: new Map() })
  })

const fromUrlEncoded = (text: string): Body => ({
  encoding: "form",
  values: Object.fromEntries(new URLSearchParams(text.replaceAll("%00", ""))),
  files: new Map()
})

const withoutType = (text: string): Effect.Effect<Body, Refusal> =>
  /^\s*[{[]/.test(text) || text.trim() === "" ? fromJson(text) : Effect.succeed(fromUrlEncoded(text))

/** For endpoints that ask for no token: nobody without one makes us hold or store more. */
export const anybody = { maxBody: 64 * 1024, maxFile: 64 * 1024 }

export interface Options {
  /** Of what is held in memory: a body, or all fields of a form. Default 64 MiB. */
  readonly maxBody?: number
  /** Of all files of a form. Default 64 MiB. */
  readonly maxFile?: number
  /** JSON whatever the content type says: a known worker does not say. */
  readonly lenient?: boolean
}

export const read = Effect.fnUntraced(function*(
  { lenient = false, maxBody = maxHeld, maxFile = maxHeld }: Options = {}
): Effect.fn.Return<Body, Refusal, Settings | Spool | Scope.Scope | HttpServerRequest.HttpServerRequest> {
  const serverRequest = yield* HttpServerRequest.HttpServerRequest
  const request = NodeHttpServerRequest.toIncomingMessage(serverRequest) as IncomingMessage
  if (request.headers.expect?.toLowerCase() === "100-continue") {
    const response = NodeHttpServerRequest.toServerResponse(serverRequest) as ServerResponse
    if (request.listenerCount("data") === 0 && !response.headersSent) response.writeContinue()
  }
  const type = (request.headers["content-type"] ?? "").split(";", 1)[0]!.trim().toLowerCase()
  if (type === "multipart/form-data") return yield* multipart(request, maxBody, maxFile)
  const text = yield* held(request, maxBody)
  if (type === "application/json" || type.endsWith("+json")) return yield* fromJson(text)
  if (type === "application/x-www-form-urlencoded") {
    return lenient && /^\s*\{/.test(text) ? yield* fromJson(text) : fromUrlEncoded(text)
  }
  if (type === "" || lenient) return yield* withoutType(text)
  return yield* unsupportedType(null, `Bodies of type ${type} are not accepted`)
})
