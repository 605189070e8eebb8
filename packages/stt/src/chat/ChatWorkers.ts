/** The steps that a chat model works on: enriching, translating and evaluating what waits for it. */
import { Effect, Layer, Option } from "effect"
import * as Questions from "../enrichment/Questions.ts"
import { type Step, type StepName, steps } from "../enrichment/Step.ts"
import { translated } from "../enrichment/Translation.ts"
import type { Transcript, Version } from "../enrichment/Version.ts"
import { Versions } from "../enrichment/Versions.ts"
import type { Apply } from "../job/Completion.ts"
import { Settings } from "../Settings.ts"
import * as Joining from "../transcription/Joining.ts"
import { OwnTasks } from "../worker/OwnTasks.ts"
import { WorkError } from "../worker/OwnWorker.ts"
import * as Working from "../worker/Working.ts"
import { type ChatError, ChatModel } from "./ChatModel.ts"
import * as Enriching from "./Enriching.ts"
import * as Evaluating from "./Evaluating.ts"
import * as Translating from "./Translating.ts"

type ChatStep = Exclude<StepName, "transcription">

interface Subject {
  readonly version: Version
  readonly transcript: Transcript
  readonly once: Enriching.Once
}

type Made = Effect.Effect<Apply, ChatError, ChatModel>

const gone = new WorkError({ message: "The version to be worked on is not there any more", isPassing: false })

const ofChat = ({ isPassing, message }: ChatError) => new WorkError({ message, isPassing })

const enrichmentOf = Effect.fnUntraced(function*(
  { enrichment, progress }: Working.Task,
  { once, transcript }: Subject
) {
  const versions = yield* Versions
  const { disciplines, generateMetadata, generateNotes, generateQuiz, mediaTypes } = enrichment
  const subject = {
    language: transcript.language ?? enrichment.language,
    sentences: transcript.sentences,
    disciplines,
    mediaTypes
  }
  const metadata = generateMetadata ? yield* Enriching.metadata(subject, once) : null
  yield* progress(0.34)
  const questions = generateQuiz ? yield* Enriching.quiz(subject, once) : []
  yield* progress(0.67)
  const notes = generateNotes ? yield* Enriching.notes(subject, once) : null
  const apply: Apply = Effect.fnUntraced(function*(_, version) {
    const { id } = Option.getOrThrow(version)
    yield* versions.change(id, {
      metadata: metadata === null ? null : Questions.metadataOf(metadata),
      questions: yield* Questions.make(questions, transcript.sentences.at(-1)?.end ?? 0),
      notes,
      failureCause: null
    })
    return id
  })
  return apply
})

const translationOf = Effect.fnUntraced(function*(
  { enrichment, progress }: Working.Task,
  { once, transcript, version }: Subject
) {
  const versions = yield* Versions
  const direction = { from: enrichment.language ?? transcript.language ?? "en", to: enrichment.translateTo ?? "en" }
  const sentences = yield* Translating.sentences(
    transcript.sentences,
    direction,
    once,
    (share) => progress(share * 0.8)
  )
  const { metadata, notes, questions } = version
  const topics = metadata?.topics ?? []
  const texts = yield* Translating.texts(
    [
      metadata?.title ?? "",
      metadata?.description ?? "",
      ...topics,
      ...questions.flatMap(({ choices, explanation, question }) => [
        question ?? "",
        explanation ?? "",
        ...choices.map(({ optionText }) => optionText ?? "")
      ])
    ],
    direction,
    "texts",
    once
  )
  const paragraphs = (notes ?? "").split(/\n{2,}/)
  const translatedNotes = notes === null ? null : yield* Translating.texts(paragraphs, direction, "notes", once)
  const next = texts[Symbol.iterator]()
  const take = (): string => next.next().value ?? ""
  const given = {
    enrichmentVersionMetadata: { title: take(), description: take(), topics: topics.map(take) },
    multipleChoiceQuestions: questions.map(({ choices, id }) => ({
      id,
      question: take(),
      explanation: take(),
      choices: choices.map(({ id }) => ({ id, optionText: take() }))
    })),
    notes: translatedNotes?.join("\n\n") ?? null
  }
  const apply: Apply = Effect.fnUntraced(function*(_, version) {
    const found = Option.getOrThrow(version)
    yield* versions.change(found.id, { ...translated(found, given), failureCause: null })
    yield* versions.translate(found.id, Joining.textOf(sentences), sentences)
    return found.id
  })
  return apply
})

const evaluationOf = Effect.fnUntraced(function*({ progress }: Working.Task, { once, transcript, version }: Subject) {
  const versions = yield* Versions
  const judged = yield* Evaluating.evaluate(version.questions, transcript, once, progress)
  const apply: Apply = Effect.fnUntraced(function*(_, version) {
    const found = Option.getOrThrow(version)
    const questions = found.questions.map((question) =>
      judged.has(question.id) ? { ...question, evaluation: judged.get(question.id) } : question
    )
    yield* versions.change(found.id, { questions, failureCause: null })
    return found.id
  })
  return apply
})

const made: {
  readonly [S in ChatStep]: (
    task: Working.Task,
    subject: Subject
  ) => Effect.Effect<Apply, ChatError, ChatModel | Versions>
} = {
  enrichment: enrichmentOf,
  translation: translationOf,
  evaluation: evaluationOf
}

/** The evaluator that clients ask for. */
const evaluator = "ChatGPT"

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const chat = yield* ChatModel
  const versions = yield* Versions
  const tasks = yield* OwnTasks
  const { workers } = yield* Settings

  const onceFor = (enrichment: string, version: string, step: Step): Enriching.Once => (key, work) =>
    Effect.gen(function*() {
      const name = `${chat.name} ${version} ${key}`
      const before = yield* tasks.find(enrichment, step, name)
      if (Option.isSome(before)) return before.value as Effect.Success<typeof work>
      const result = yield* work
      yield* tasks.keep(enrichment, step, name, result)
      return result
    })

  const run = (name: ChatStep) =>
    Effect.fn(`ChatWorkers.${name}`)(function*(task: Working.Task) {
      const { enrichment } = task
      const id = enrichment.workVersionId ?? enrichment.lastVersionId
      const version = id === null ? undefined : Option.getOrUndefined(yield* versions.find(id))
      if (version === undefined) return yield* gone
      const transcript = yield* versions.transcript(version.id)
      const subject = { version, transcript, once: onceFor(enrichment.id, version.id, steps[name]) }
      const work: Made = Effect.provideService(made[name](task, subject), Versions, versions)
      const apply = yield* work.pipe(Effect.provideService(ChatModel, chat), Effect.mapError(ofChat))
      return { versionId: version.id, apply }
    })

  for (const name of ["enrichment", "translation", "evaluation"] as const) {
    if (!workers[name]) continue
    yield* Effect.forkScoped(Working.forever({
      step: steps[name],
      ready: chat.isThere,
      run: run(name),
      ...(name === "evaluation" ? { evaluator } : {})
    }))
  }
}))
