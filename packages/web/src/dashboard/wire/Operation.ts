/** What an operator may do to a server. */

export const operations = ["drain", "resume", "eject", "restore"] as const
export type Operation = (typeof operations)[number]

/** The body of `POST /dashboard/api/servers`. */
export interface Order {
  readonly url: string
  readonly operation: Operation
}
