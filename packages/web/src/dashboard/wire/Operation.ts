/** What an operator may do to a server. */

export type Operation = "drain" | "resume" | "eject" | "restore"

/** The body of `POST /dashboard/api/servers`. */
export interface Order {
  readonly url: string
  readonly operation: Operation
}
