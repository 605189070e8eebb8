/** Every driver under the name of its kind: a new one is a line here. */
export * as lmdeploy from "./LmDeploy.ts"
export * as ollama from "./Ollama.ts"
export * as openai from "./OpenAi.ts"
export * as vllm from "./Vllm.ts"
export * as whisper from "./Whisper.ts"
