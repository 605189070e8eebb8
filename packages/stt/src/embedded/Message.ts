/** What the service and the process of its built-in Whisper say to each other. */
import type { Request, Result } from "./Addon.ts"

export interface Load {
  readonly _tag: "Load"
  readonly model: string
  readonly addon: string | undefined
}

export interface Hear {
  readonly _tag: "Hear"
  readonly request: Request
}

export type Question = Load | Hear

export type Answer =
  | { readonly _tag: "Loaded"; readonly name: string }
  | { readonly _tag: "Heard"; readonly result: Result }
  | { readonly _tag: "Failed"; readonly message: string }
