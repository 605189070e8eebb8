/** A caller of the service: a token of its own, and bodies in whichever encoding a test is about. */
import { randomUUID } from "node:crypto"
import type { Rig } from "./Service.ts"

/** Whatever a test looks for in an answer. */
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any

export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  readonly json: Json
}

export interface Call {
  readonly json?: unknown
  readonly form?: Record<string, string | Blob | File>
  readonly urlencoded?: Record<string, string>
  readonly raw?: string
  readonly headers?: Record<string, string>
}

const bodyOf = (
  { form, json, raw, urlencoded }: Call
): { readonly body?: NonNullable<RequestInit["body"]>; readonly type?: string } => {
  if (json !== undefined) return { body: JSON.stringify(json), type: "application/json" }
  if (urlencoded !== undefined) return { body: new URLSearchParams(urlencoded) }
  if (raw !== undefined) return { body: raw }
  if (form === undefined) return {}
  const data = new FormData()
  for (const [name, value] of Object.entries(form)) data.set(name, value)
  return { body: data }
}

export const call = async (url: string, method: string, options: Call = {}): Promise<Answer> => {
  const { body, type } = bodyOf(options)
  const response = await fetch(url, {
    method,
    ...(body === undefined ? {} : { body }),
    headers: { ...(type === undefined ? {} : { "content-type": type }), ...options.headers }
  })
  const text = await response.text()
  let json: Json
  try {
    json = JSON.parse(text)
  } catch {
    json = undefined
  }
  return { status: response.status, headers: response.headers, text, json }
}

export class Caller {
  readonly url: string
  readonly token: string

  constructor(url: string, token: string) {
    this.url = url
    this.token = token
  }

  /** As the bridges and workers do: JSON body, Basic authentication. */
  static async of(rig: Pick<Rig, "url">, id: string, secret: string): Promise<Caller> {
    const { json } = await call(`${rig.url}/api/token`, "POST", {
      json: { grant_type: "client_credentials" },
      headers: { authorization: `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}` }
    })
    return new Caller(rig.url, json.access_token)
  }

  get(path: string, options: Call = {}): Promise<Answer> {
    return this.#send("GET", path, options)
  }

  post(path: string, options: Call = {}): Promise<Answer> {
    return this.#send("POST", path, options)
  }

  delete(path: string, options: Call = {}): Promise<Answer> {
    return this.#send("DELETE", path, options)
  }

  #send(method: string, path: string, options: Call) {
    return call(`${this.url}/api/v1${path}`, method, {
      ...options,
      headers: { authorization: `Bearer ${this.token}`, ...options.headers }
    })
  }
}

export const taskId = (): string => randomUUID()
