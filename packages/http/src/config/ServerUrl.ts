/** The identity of a server: its URL in one spelling. */
import { Result } from "effect"

/**
 * Lower-case host, no default port, no trailing slash, and no `/v1` at the end: drivers add `/v1/…` themselves, so an
 * address written as for an OpenAI SDK (`http://host:8000/v1`) names the same server as `http://host:8000`.
 */
export const normalise = (text: string): Result.Result<string, string> => {
  if (!/^https?:\/\//i.test(text) || !URL.canParse(text)) return Result.fail("an http:// or https:// URL")
  const url = new URL(text)
  if (url.username !== "" || url.password !== "") return Result.fail("a URL without user and password; use `token`")
  if (url.search !== "" || url.hash !== "") return Result.fail("a URL without ? and #")
  const path = url.pathname.replace(/(?<!\/)\/+$/, "").replace(/\/v1$/, "").replace(/(?<!\/)\/+$/, "")
  return Result.succeed(`${url.protocol}//${url.host}${path}`)
}

/** For messages: user and password, if somebody wrote them, are not repeated. */
export const withoutCredentials = (text: string) => text.replace(/\/\/[^/@\s]*@/g, "//***@")
