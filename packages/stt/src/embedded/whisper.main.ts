/**
 * The built-in Whisper in a process of its own: what native code does to a process when it fails, it does not do to the
 * gateway, and what it takes of the machine can be given less urgency than requests that pass through.
 */
import * as Addon from "./Addon.ts"
import type { Answer, Question } from "./Message.ts"

const say = (answer: Answer): void => {
  process.send?.(answer)
}

let addon: Addon.Addon | undefined

const answer = async (question: Question): Promise<Answer> => {
  if (question._tag === "Load") {
    addon = Addon.open(question.model, question.addon)
    return { _tag: "Loaded", name: addon.name }
  }
  if (addon === undefined) throw new Error("No model is loaded")
  return { _tag: "Heard", result: await addon.hear(question.request) }
}

process.on("message", (question: Question) => {
  answer(question).then(say, (error: unknown) => say({ _tag: "Failed", message: String(error) }))
})

// Whoever wanted to hear something is gone.
process.on("disconnect", () => process.exit(0))
