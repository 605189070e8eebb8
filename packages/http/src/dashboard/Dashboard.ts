/** Everything behind `/dashboard/api`. */
import { Layer } from "effect"
import * as HourRoute from "./hour/HourRoute.ts"
import { Live } from "./Live.ts"
import type { Options } from "./LiveRoute.ts"
import * as LiveRoute from "./LiveRoute.ts"
import * as OperationRoute from "./OperationRoute.ts"
import * as ScenarioRoute from "./ScenarioRoute.ts"

export const layerOf = (options: Options) =>
  Layer.mergeAll(
    LiveRoute.layerOf(options),
    OperationRoute.layer,
    HourRoute.layer,
    ScenarioRoute.layerOf(options)
  ).pipe(Layer.provide(Live.layer))
