/** The transcription service beside the gateway: on the same port and in the same database, with routes of its own. */
import { Backends } from "@aiguilleur/backends/Backends"
import * as DemoClient from "@aiguilleur/stt/client/DemoClient"
import { Closing } from "@aiguilleur/stt/Closing"
import { Drivers } from "@aiguilleur/stt/inference/Drivers"
import * as OwnWork from "@aiguilleur/stt/OwnWork"
import * as Service from "@aiguilleur/stt/Service"
import { Settings } from "@aiguilleur/stt/Settings"
import { Effect, Layer } from "effect"
import type { Transcription } from "./config/Config.ts"
import * as TranscriptionRoute from "./dashboard/TranscriptionRoute.ts"
import * as TranscriptionMetrics from "./metrics/TranscriptionMetrics.ts"
import { Stopping } from "./Stopping.ts"

/** Workers that wait for a job are told to come again, and uploads may end, before the doors are shut. */
const orderly = Layer.effectDiscard(Effect.gen(function*() {
  yield* (yield* Stopping).include(yield* Closing)
}))

/** The service's own work is for the servers behind the dispatcher, as every request is. */
const drivers = Layer.effect(Drivers, Effect.map(Backends, ({ of }) => ({ of })))

const mounted = ({ settings }: Transcription) =>
  Layer.mergeAll(
    orderly,
    OwnWork.layer.pipe(Layer.provide(drivers)),
    TranscriptionRoute.layer,
    TranscriptionMetrics.layer
  ).pipe(
    Layer.provideMerge(Service.layer),
    Layer.provideMerge(Settings.layerConfig(settings))
  )

export const layer = (transcription: Transcription) =>
  Layer.effectDiscard(DemoClient.retire).pipe(Layer.provideMerge(mounted(transcription)))

/** With a client that whoever reads the banner may be. */
export const layerDemo = (transcription: Transcription) =>
  Layer.effectDiscard(DemoClient.ensure).pipe(Layer.provideMerge(mounted(transcription)))
