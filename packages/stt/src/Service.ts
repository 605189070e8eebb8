/** The transcription service put together: what its routes need, what runs beside them, and the routes themselves. */
import { Effect, Layer } from "effect"
import { Idempotency } from "./api/Idempotency.ts"
import * as Routes from "./api/Routes.ts"
import { Clients } from "./client/Clients.ts"
import { Tokens } from "./client/Tokens.ts"
import { Closing } from "./Closing.ts"
import { Creation } from "./enrichment/Creation.ts"
import { Enrichments } from "./enrichment/Enrichments.ts"
import { Overview } from "./enrichment/Overview.ts"
import { Removal } from "./enrichment/Removal.ts"
import { Transitions } from "./enrichment/Transitions.ts"
import { Versions } from "./enrichment/Versions.ts"
import { CleanUp } from "./job/CleanUp.ts"
import { Completion } from "./job/Completion.ts"
import { Taking } from "./job/Taking.ts"
import * as Downloads from "./media/Downloads.ts"
import * as FolderStore from "./media/FolderStore.ts"
import { Intake } from "./media/Intake.ts"
import { Links } from "./media/Links.ts"
import * as Removals from "./media/Removals.ts"
import { Spool } from "./media/Spool.ts"
import * as Migrations from "./Migrations.ts"
import { Parameters } from "./parameter/Parameters.ts"
import { Presence } from "./Presence.ts"
import { Settings } from "./Settings.ts"
import { Vault } from "./Vault.ts"
import { Wake } from "./Wake.ts"
import * as Deliveries from "./webhook/Deliveries.ts"
import { Journal } from "./webhook/Journal.ts"
import { Outbox } from "./webhook/Outbox.ts"

/** What the database keeps, and what changes it: enough for commands. */
export const repositories = CleanUp.layer.pipe(
  Layer.provideMerge(Removal.layer),
  Layer.provideMerge(Transitions.layer),
  Layer.provideMerge(Layer.mergeAll(Enrichments.layer, Outbox.layer, Overview.layer, Versions.layer)),
  Layer.provideMerge(Layer.mergeAll(Clients.layer, Parameters.layer, Vault.layer)),
  Layer.provideMerge(Migrations.layer)
)

// The client of buckets is large, and most services keep their media in a folder.
const store = Layer.unwrap(Effect.gen(function*() {
  const { bucket } = yield* Settings
  if (bucket === undefined) return FolderStore.layer
  const BucketStore = yield* Effect.promise(() => import("./media/BucketStore.ts"))
  return BucketStore.layer(bucket)
}))

/** Everything that routes, and what works beside them, are made of; needs the database and `Settings`. */
export const services = Layer.mergeAll(Completion.layer, Creation.layer, Idempotency.layer, Intake.layer, Links.layer)
  .pipe(
    Layer.provideMerge(Layer.mergeAll(Taking.layer, Tokens.layer, Spool.layer, store)),
    Layer.provideMerge(Layer.mergeAll(Closing.layer, Wake.layer, Presence.layer, Journal.layer)),
    Layer.provideMerge(repositories)
  )

/** What works on its own: downloads, webhooks, removals, clean-up. */
export const beside = Layer.mergeAll(Downloads.layer, Deliveries.layer, Removals.layer, CleanUp.schedule)

/** Routes under /api for the router that serves them; needs the database and `Settings`. */
export const layer = Layer.mergeAll(Routes.layer, beside).pipe(Layer.provideMerge(services))
