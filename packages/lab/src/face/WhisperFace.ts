/** OpenAI's API of transcription, with the words of speaches, a faster-whisper server. */
import type { Face, Ground } from "./Face.ts"
import * as Refusal from "./Refusal.ts"
import * as Reply from "./Reply.ts"
import * as Transcription from "./Transcription.ts"

const missing = (field: string) => [{ type: "missing", loc: ["body", field], msg: "Field required", input: null }]

const body = (refusal: Refusal.Refusal): string => {
  if (refusal.model !== undefined) {
    return JSON.stringify({
      detail: `Model '${refusal.model}' is not installed locally. You can download the model using \`POST /v1/models\``
    })
  }
  return JSON.stringify({
    detail: refusal.status === 422 && refusal.param !== null ? missing(refusal.param) : refusal.message
  })
}

const tasks = Transcription.tasks(body(Refusal.simulated(500)))

export const make = ({ limits, loading }: Ground): Face => ({
  tasks,
  guarded: (path) => path !== "/health",
  unauthorised: (response) => Reply.json(response, { detail: "Invalid API key" }, 401),
  refusal: body,
  closed: () => loading() ? Refusal.unavailable("The simulated model is still loading.") : undefined,
  read: (path, _, response) => {
    if (path === "/health") Reply.text(response, loading() ? 503 : 200, "text/plain", "OK (simulated)")
    else if (path === "/v1/models") {
      Reply.json(response, {
        object: "list",
        data: limits.models.map((id) => ({
          id,
          object: "model",
          created: 0,
          owned_by: "simulated",
          language: ["en", "fr"],
          task: "automatic-speech-recognition"
        }))
      })
    } else return false
    return true
  }
})
