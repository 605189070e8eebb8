/** Questions to the gateway, with the key as a bearer token; addresses are relative to the page, wherever it lies. */

/** What went wrong, in the words of the gateway where it had any. */
export class ApiError extends Error {
  readonly status: number | undefined

  constructor(status: number | undefined, message: string) {
    super(message)
    this.status = status
  }
}

const reasonOf = async (response: Response): Promise<string> => {
  try {
    const { error } = await response.json() as { readonly error?: { readonly message?: string } }
    return error?.message ?? response.statusText
  } catch {
    return response.statusText
  }
}

export const ask = async (key: string, path: string, init: RequestInit = {}): Promise<Response> => {
  const headers = new Headers(init.headers)
  headers.set("authorization", `Bearer ${key}`)
  const response = await fetch(`api/${path}`, { ...init, headers, cache: "no-store", credentials: "omit" })
    .catch((cause: unknown) => {
      if (init.signal?.aborted === true) throw cause
      throw new ApiError(undefined, String(cause))
    })
  if (!response.ok) throw new ApiError(response.status, await reasonOf(response))
  return response
}

export const json = async <A>(key: string, path: string, init: RequestInit = {}): Promise<A> =>
  await (await ask(key, path, init)).json() as A
