/** Query parameters and path ids, read as the contract's framework reads them. */
import { Effect } from "effect"
import { HttpRouter, HttpServerRequest } from "effect/http"
import type { Page } from "../enrichment/Enrichments.ts"
import { isId } from "../Identifier.ts"
import { invalid, type Refusal } from "../Refusal.ts"

export type Query = URLSearchParams

export const query = Effect.map(
  HttpServerRequest.HttpServerRequest,
  ({ url }): Query => new URLSearchParams((url.split("?", 2)[1] ?? "").replaceAll("%00", ""))
)

/** Checked, and returned, in the order in which they are named. */
export const ids = <const Names extends ReadonlyArray<string>>(
  ...names: Names
): Effect.Effect<{ readonly [Index in keyof Names]: string }, Refusal, HttpRouter.RouteContext> =>
  HttpRouter.params.pipe(
    Effect.flatMap((params) => Effect.forEach(names, (name) => id(params[name], "id"))),
    Effect.map((found) => found as unknown as { readonly [Index in keyof Names]: string })
  )

export const id = (text: string | null | undefined, path: string): Effect.Effect<string, Refusal> =>
  text !== null && text !== undefined && isId(text)
    ? Effect.succeed(text.toLowerCase())
    : Effect.fail(invalid(path, `'${(text ?? "").slice(0, 100)}' is not a valid UUID`))

const booleans: ReadonlyMap<string, boolean> = new Map([
  ["1", true],
  ["true", true],
  ["on", true],
  ["yes", true],
  ["0", false],
  ["false", false],
  ["off", false],
  ["no", false],
  ["", false]
])

export const flagOf = (value: unknown): boolean | undefined => {
  if (typeof value === "boolean") return value
  if (typeof value === "number") return value !== 0
  return typeof value === "string" ? booleans.get(value.toLowerCase()) : undefined
}

export const flag = (query: Query, name: string, otherwise: boolean): Effect.Effect<boolean, Refusal> => {
  const given = query.get(name)
  const read = given === null ? otherwise : flagOf(given)
  return read === undefined ? Effect.fail(invalid(name, `'${given}' is not a valid boolean`)) : Effect.succeed(read)
}

const count = (query: Query, name: string, otherwise: number, most: number): Effect.Effect<number, Refusal> => {
  const given = query.get(name)
  if (given === null) return Effect.succeed(otherwise)
  if (!/^\d{1,9}$/.test(given) || Number(given) < 1) {
    return Effect.fail(invalid(name, `'${given.slice(0, 100)}' is not a positive integer`))
  }
  return Effect.succeed(Math.min(Number(given), most))
}

/** More are asked for a page at a time. */
const largestPage = 1000

export const page = Effect.fnUntraced(function*(
  query: Query,
  sorts: ReadonlyArray<Page["sort"]>,
  size: number
): Effect.fn.Return<Page, Refusal> {
  const sort = query.get("sort") ?? "createdAt"
  if (!(sorts as ReadonlyArray<string>).includes(sort)) {
    return yield* invalid("sort", `'${sort.slice(0, 100)}' is not one of: ${sorts.join(", ")}`)
  }
  const order = (query.get("order") ?? "desc").toUpperCase()
  if (order !== "ASC" && order !== "DESC") return yield* invalid("order", "The order is either asc or desc")
  return {
    sort: sort as Page["sort"],
    order,
    size: yield* count(query, "size", size, largestPage),
    page: yield* count(query, "page", 1, 1_000_000)
  }
})

export const pageOf = (content: ReadonlyArray<unknown>, totalElements: number, { page, size }: Page) => ({
  content,
  totalElements,
  currentPage: page,
  isLastPage: totalElements === 0 || page === Math.ceil(totalElements / size)
})
