/** The same work for one OpenAI-compatible address, such as a gateway's: for a command that has no dispatcher. */
import { Effect, Layer } from "effect"
import { JobError, type OwnJob, OwnJobs } from "./OwnJobs.ts"

export interface Address {
  /** With or without its `/v1`. */
  readonly url: string
  readonly key: string | undefined
}

const formOf = (body: OwnJob["body"]): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(body)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      form.append(name, each instanceof Blob ? each : String(each))
    }
  }
  return form
}

const passing: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504])

const messageOf = (text: string): string => {
  try {
    const { detail, error } = JSON.parse(text) as {
      readonly error?: { readonly message?: string }
      readonly detail?: string
    }
    return error?.message ?? String(detail ?? text)
  } catch {
    return text
  }
}

export const layer = ({ key, url }: Address) =>
  Layer.sync(OwnJobs, () => {
    const base = url.replace(/(?<!\/)\/+$/, "").replace(/\/v1$/, "")
    const run = ({ body, model, path }: OwnJob) =>
      Effect.tryPromise({
        try: async (signal) => {
          const isForm = path.startsWith("/v1/audio/")
          const response = await fetch(base + path, {
            method: "POST",
            headers: {
              ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
              ...(isForm ? {} : { "content-type": "application/json" })
            },
            body: isForm ? formOf({ ...body, model }) : JSON.stringify({ ...body, model }),
            signal
          })
          const text = await response.text()
          if (!response.ok) {
            throw new JobError({
              message: `${base} answers ${response.status}: ${messageOf(text).slice(0, 300)}`,
              isPassing: passing.has(response.status),
              isRefusal: response.status >= 400 && response.status < 500
            })
          }
          return JSON.parse(text) as unknown
        },
        catch: (cause) =>
          cause instanceof JobError
            ? cause
            : new JobError({ message: `${base} cannot be reached`, isPassing: true, isRefusal: false })
      }).pipe(Effect.retry({ times: 3, while: ({ isPassing }) => isPassing }))
    return OwnJobs.of({ run, has: () => Effect.succeed(true) })
  })
