/** The transcription service beside the gateway: on the same port and in the same database, with routes of its own. */
import * as DemoClient from "@aiguilleur/stt/client/DemoClient"
import * as Service from "@aiguilleur/stt/Service"
import { Settings } from "@aiguilleur/stt/Settings"
import { Layer } from "effect"
import type { Transcription } from "./config/Config.ts"

const mounted = ({ settings }: Transcription) => Service.layer.pipe(Layer.provideMerge(Settings.layerConfig(settings)))

export const layer = (transcription: Transcription) =>
  Layer.effectDiscard(DemoClient.retire).pipe(Layer.provideMerge(mounted(transcription)))

/** With a client that whoever reads the banner may be. */
export const layerDemo = (transcription: Transcription) =>
  Layer.effectDiscard(DemoClient.ensure).pipe(Layer.provideMerge(mounted(transcription)))
