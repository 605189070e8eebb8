/** Every face under its name. */
import type { Face, FaceName, Ground } from "./Face.ts"
import * as LmDeployFace from "./LmDeployFace.ts"
import * as OllamaFace from "./OllamaFace.ts"
import * as VllmFace from "./VllmFace.ts"
import * as WhisperFace from "./WhisperFace.ts"

export const faces: Readonly<Record<FaceName, (ground: Ground) => Face>> = {
  vllm: VllmFace.make,
  ollama: OllamaFace.make,
  lmdeploy: LmDeployFace.make,
  whisper: WhisperFace.make
}
