/** The tables of the transcription service, numbered apart from the store's own. */
import * as Store from "@aiguilleur/store/Migrations"
import { Effect, Layer } from "effect"
import * as enrichments from "./migration/0001_enrichments.ts"
import * as mediaInTheMaking from "./migration/0002_media_in_the_making.ts"
import * as ownWork from "./migration/0003_own_work.ts"

/** In order, the first one being version 1. One that has been released is never edited: add another. */
export const all: ReadonlyArray<Store.Migration> = [enrichments, mediaInTheMaking, ownWork]

export const migrate = Store.migrate(all, "stt_schema_versions")

/** What uses the tables is built on top of it; a schema of a later version is told of, and left alone. */
export const layer = Layer.effectDiscard(Effect.catchTag(migrate, "SqlError", Effect.die))
