/** Every metric that there is, in the order of the page that explains them. */
import type { Definition } from "./Definition.ts"
import * as Dispatch from "./DispatchMetrics.ts"
import * as Fleet from "./FleetMetrics.ts"
import * as Process from "./ProcessMetrics.ts"
import * as Request from "./RequestMetrics.ts"
import * as Store from "./StoreMetrics.ts"
import * as Transcription from "./TranscriptionMetrics.ts"

export const sections: ReadonlyArray<readonly [title: string, definitions: Readonly<Record<string, Definition>>]> = [
  ["How things stand", Fleet.definitions],
  ["What the dispatcher did", Dispatch.definitions],
  ["What requests got", Request.definitions],
  ["Transcription", Transcription.definitions],
  ["The database", Store.definitions],
  ["The process", Process.definitions]
]

export const all: ReadonlyArray<Definition> = sections.flatMap(([, definitions]) => Object.values(definitions))
