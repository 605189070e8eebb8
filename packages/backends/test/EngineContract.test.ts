/** The contract against simulated engines, for every driver whose API the laboratory speaks. */
import type { ServerKind } from "@aiguilleur/core/Server"
import type { FaceName } from "@aiguilleur/lab/face/Face"
import { drivers, kinds } from "../src/Backends.ts"
import { suite } from "./suite/EngineSuite.ts"

const faces: Readonly<Partial<Record<ServerKind, FaceName>>> = {
  vllm: "vllm",
  ollama: "ollama",
  lmdeploy: "lmdeploy",
  whisper: "whisper",
  // OpenAI's own shapes are vLLM's
  openai: "vllm"
}

for (const kind of kinds) {
  const face = faces[kind]
  if (face !== undefined) suite(kind, face, drivers[kind])
}
