/** What the gateway answers to a question that is asked again and again while somebody looks. */
import { useEffect, useState } from "react"
import { ApiError, json } from "./Api.ts"
import * as Session from "./Session.ts"

export interface Answer<A> {
  readonly value: A | undefined
  /** Of the last time; what was answered before stays shown. */
  readonly problem: ApiError | undefined
}

export const useAnswer = <A>(path: string, every = 10_000): Answer<A> => {
  const [answer, setAnswer] = useState<Answer<A> & { readonly path: string }>({
    path,
    value: undefined,
    problem: undefined
  })
  useEffect(() => {
    const end = new AbortController()
    const ask = async () => {
      try {
        const value = await json<A>(Session.read() ?? "", path, { signal: end.signal })
        setAnswer({ path, value, problem: undefined })
      } catch (cause) {
        if (end.signal.aborted) return
        const problem = cause instanceof ApiError ? cause : new ApiError(undefined, String(cause))
        setAnswer((before) => ({ path, value: before.path === path ? before.value : undefined, problem }))
      }
    }
    void ask()
    const timer = setInterval(() => {
      if (!document.hidden) void ask()
    }, every)
    return () => {
      end.abort()
      clearInterval(timer)
    }
  }, [path, every])
  // The answer to another question is none.
  return answer.path === path ? answer : { value: undefined, problem: undefined }
}
