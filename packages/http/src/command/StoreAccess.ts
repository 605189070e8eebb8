/** The database as commands use it: beside a running gateway, or with a server that they start and stop themselves. */
import { AppliedConfiguration } from "@aiguilleur/store/AppliedConfiguration"
import * as Database from "@aiguilleur/store/Database"
import { Keys } from "@aiguilleur/store/Keys"
import { Organisations } from "@aiguilleur/store/Organisations"
import { Shadows } from "@aiguilleur/store/Shadows"
import { Usage } from "@aiguilleur/store/Usage"
import { Layer } from "effect"

/** On any connection. */
export const repositories = Layer.mergeAll(
  Organisations.layer,
  Keys.layer,
  Usage.layer,
  Shadows.layer,
  AppliedConfiguration.layer
)

/** By `DATABASE_URL`, else the embedded server of `AIGUILLEUR_DATA`. */
export const layer = Layer.provideMerge(repositories, Database.layerConfig("cli"))
