/** What an engine says of its own load. A figure that it does not give is absent, never zero. */
import { Schema } from "effect"

export const Load = Schema.Struct({
  running: Schema.optionalKey(Schema.Finite),
  waiting: Schema.optionalKey(Schema.Finite),
  /** Share of the KV cache in use, 0 to 1. */
  kvCache: Schema.optionalKey(Schema.Finite),
  /** Milliseconds: 95th percentile of the engine's own time to first token over the window. */
  ttft: Schema.optionalKey(Schema.Finite),
  /** The engine holds the model in memory; if not, the next request pays for the loading. */
  loaded: Schema.optionalKey(Schema.Boolean)
})
export interface Load extends Schema.Schema.Type<typeof Load> {}
