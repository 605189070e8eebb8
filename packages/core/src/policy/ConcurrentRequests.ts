/** A server takes as many as it was configured for. */
import { Layer } from "effect"
import type { Standing } from "../RequeuePolicy.ts"
import { RequeuePolicy } from "../RequeuePolicy.ts"

export const judge = ({ hasSlot }: Standing): boolean => hasSlot

export const layer = Layer.succeed(RequeuePolicy, { judge })
