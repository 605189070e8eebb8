/** Never requeues: availability alone decides. */
import { Layer } from "effect"
import { RequeuePolicy } from "../RequeuePolicy.ts"

export const judge = (): boolean => true

export const layer = Layer.succeed(RequeuePolicy, { judge })
