/** Starts the process of the built-in Whisper, asks it one thing after the other, and ends it whatever it is doing. */
import { Effect, Schema } from "effect"
import { type ChildProcess, fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { environment } from "../audio/ProgramEnvironment.ts"
import * as Urgency from "../audio/Urgency.ts"
import type { Answer, Question } from "./Message.ts"

const program = fileURLToPath(new URL("whisper.main.ts", import.meta.url))

/** It ended by itself, or did not answer in time: a new one may do better. */
export class Crashed extends Schema.TaggedError<Crashed>()("Crashed", { message: Schema.String }) {}

/** It answers that it cannot do it. */
export class Unable extends Schema.TaggedError<Unable>()("Unable", { message: Schema.String }) {}

export class WhisperProcess {
  private readonly child: ChildProcess
  private over: string | undefined = undefined

  constructor() {
    this.child = fork(program, [], {
      serialization: "advanced",
      stdio: ["ignore", "ignore", "ignore", "ipc"],
      env: environment(),
      execArgv: []
    })
    this.child.on("exit", (code, signal) => {
      this.over = `it ended (${signal ?? `code ${code}`})`
    })
    this.child.on("error", (error) => {
      this.over = error.message
    })
    Urgency.lower(this.child.pid)
    // It does not keep a program alive that has nothing else to do.
    this.child.unref()
    this.child.channel?.unref()
  }

  get pid(): number | undefined {
    return this.child.pid
  }

  get isOver(): boolean {
    return this.over !== undefined
  }

  end(): void {
    this.child.kill("SIGKILL")
  }

  /** Milliseconds at most. Interruption ends the process: there is no other way to stop it in the middle. */
  ask(question: Question, millis: number): Effect.Effect<Answer, Crashed | Unable> {
    return Effect.callback<Answer, Crashed | Unable>((resume) => {
      const { child } = this
      const finish = (result: Effect.Effect<Answer, Crashed | Unable>) => {
        clearTimeout(timer)
        child.off("message", onMessage)
        child.off("exit", onExit)
        child.off("error", onExit)
        child.channel?.unref()
        resume(result)
      }
      const onMessage = (answer: Answer) =>
        finish(answer._tag === "Failed" ? Effect.fail(new Unable({ message: answer.message })) : Effect.succeed(answer))
      const onExit = () => finish(Effect.fail(new Crashed({ message: this.over ?? "it ended" })))
      const timer = setTimeout(() => {
        this.end()
        finish(Effect.fail(new Crashed({ message: "it did not answer in time" })))
      }, millis)
      if (this.over !== undefined) return onExit()
      child.on("message", onMessage)
      child.on("exit", onExit)
      child.on("error", onExit)
      child.channel?.ref()
      child.send(question, (error) => {
        if (error !== null) finish(Effect.fail(new Crashed({ message: error.message })))
      })
      return Effect.sync(() => {
        clearTimeout(timer)
        this.end()
      })
    })
  }
}
