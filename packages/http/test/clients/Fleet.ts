/** A gateway before simulated engines: a vLLM and an Ollama of one model, a Whisper of another. */
import { Effect } from "effect"
import * as Rig from "../Rig.ts"
import type { Place } from "./OpenWebUi.ts"

export const make = Effect.map(
  Rig.make({
    servers: (["vllm", "ollama", "whisper"] as const).map((face) => ({ face, maxNumSeqs: 8 })),
    hearing: true
  }),
  ({ url }): Place => ({ url, key: Rig.secret, model: "test-model", hearing: "test-whisper" })
)
