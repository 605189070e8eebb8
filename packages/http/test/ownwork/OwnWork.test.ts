/** The built-in workers over real HTTP, a real database, and simulated engines that tests can look into. */
import { assert, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Store from "../command/Store.ts"
import * as Chain from "./Chain.ts"
import type { Script } from "./ScriptedChat.ts"
import * as Sound from "./Sound.ts"

/** On a machine that is busy with everything else too. */
const limit = { timeout: 120_000 }

const secondsOf = (pointer: string): number => pointer.split(":").reduce((sum, part) => sum * 60 + Number(part), 0)

layer(Store.layer, { excludeTestServices: true, timeout: "60 seconds" })("The built-in workers", (it) => {
  it.effect(
    "transcribe an upload in pieces over several servers, with absolute times and no seam to be seen",
    () =>
      Effect.gen(function*() {
        const { client, whispers } = yield* Chain.start({ whispers: [{}, {}] })
        const { end, version } = yield* Chain.done(client, Sound.speech(70))
        assert.deepInclude(end, { status: "SUCCESS", transcribedBy: { name: "aiguilleur" }, failureCause: null })
        const { language, sentences } = version.transcript
        assert.strictEqual(language, "en")
        for (const [index, sentence] of sentences.entries()) {
          assert.isAtLeast(sentence.end, sentence.start)
          if (index > 0) assert.isAtLeast(sentence.start, sentences[index - 1].end)
          assert.isNotEmpty(sentence.words)
        }
        assert.isAbove(sentences.at(-1).end, 60)
        const received = whispers.map((whisper) => whisper.received())
        assert.strictEqual(received[0]! + received[1]!, 3)
        assert.isTrue(received.every((count) => count > 0), `${received}`)
      }),
    limit
  )

  it.effect(
    "are charged for the seconds of audio that the server heard, and give their places back",
    () =>
      Effect.gen(function*() {
        const { client, served } = yield* Chain.start({ more: "  own: { organisation: univ-a, priority: 1 }" })
        yield* Chain.done(client, Sound.speech(10))
        const { models, servers } = yield* served.snapshot
        assert.deepInclude(models.find(({ name }) => name === "ear")?.settled, { reported: 1, estimated: 0 })
        assert.deepStrictEqual(servers.map(({ leases }) => leases), [0, 0])
      }),
    limit
  )

  it.effect("try a piece on another server when the first one fails it", () =>
    Effect.gen(function*() {
      const { client, whispers } = yield* Chain.start({ whispers: [{}, {}] })
      whispers[0]!.fault({ status: 500 }, { times: 1 })
      whispers[1]!.fault({ status: 503, retryAfter: 0 }, { times: 1 })
      const { end } = yield* Chain.done(client, Sound.speech(10))
      assert.strictEqual(end.status, "SUCCESS")
      assert.isAtLeast(whispers[0]!.received() + whispers[1]!.received(), 2)
    }), limit)

  it.effect("say of silence that nobody speaks", () =>
    Effect.gen(function*() {
      const { client, whispers } = yield* Chain.start()
      const { end } = yield* Chain.done(client, Sound.silence(5))
      assert.deepInclude(end, {
        status: "FAILURE",
        failureCause: "Nobody speaks in this recording, as far as can be heard"
      })
      assert.strictEqual(whispers[0]!.received(), 0)
    }), limit)

  it.effect(
    "describe, question and note what is said, with pointers that exist and lists that are respected",
    () =>
      Effect.gen(function*() {
        const { chat, client } = yield* Chain.start()
        const { end, version } = yield* Chain.done(client, Sound.speech(40), {
          generateMetadata: true,
          generateQuiz: true,
          generateNotes: true
        })
        assert.deepInclude(end, { status: "SUCCESS", aiProcessedBy: { name: "aiguilleur" } })
        assert.deepInclude(version.enrichmentVersionMetadata, {
          title: "A lecture",
          topics: ["one", "two"],
          discipline: "Droit",
          mediaType: null
        })
        assert.strictEqual(version.notes, "## Notes\n- a point")
        const [question] = version.multipleChoiceQuestions
        assert.strictEqual(
          question.choices.filter((choice: { correctAnswer: boolean }) => choice.correctAnswer).length,
          1
        )
        const starts = version.transcript.sentences.map(({ start }: { start: number }) => Math.floor(start))
        assert.include(starts, secondsOf(question.answerPointer.startAnswerPointer))
        assert.match(question.answerPointer.stopAnswerPointer, /^\d\d:\d\d:\d\d$/)
        assert.isTrue(chat.asked.every(({ format }) => format === "json_schema"))
        // Strict mode wants the members of every object named, and no others.
        for (const { schema } of chat.asked) {
          const text = JSON.stringify(schema)
          assert.strictEqual(text.split("\"properties\":").length, text.split("\"additionalProperties\":false").length)
          assert.notInclude(text, "\"additionalProperties\":true")
        }
      }),
    limit
  )

  it.effect("reduce a transcript that no window takes, part by part", () =>
    Effect.gen(function*() {
      const { chat, client } = yield* Chain.start({ more: "  chatWindow: 1500" })
      const { end, version } = yield* Chain.done(client, Sound.speech(150), {
        generateMetadata: true,
        generateQuiz: true,
        generateNotes: true
      })
      assert.strictEqual(end.status, "SUCCESS")
      const asked = (kind: string) => chat.asked.filter((asked) => asked.kind === kind)
      assert.isAbove(asked("summary").length, 1)
      assert.strictEqual(asked("metadata").length, 1)
      assert.include(asked("metadata")[0]!.prompt, "A part in short.")
      assert.isAbove(asked("notes").length, 1)
      for (const { messages } of chat.asked) {
        assert.isBelow(messages.map(({ content }) => content).join("").length / 3, 1500)
      }
      const last = version.multipleChoiceQuestions.at(-1)
      assert.isAbove(secondsOf(last.answerPointer.startAnswerPointer), 60)
    }), limit)

  it.effect("translate every sentence in its place, with the times that it had", () =>
    Effect.gen(function*() {
      // The first batch comes back one line short each time, until it is asked for in halves.
      const script: Script = ({ kind, prompt }) =>
        kind === "lines" && (prompt.match(/^\[\d+\]/gm)?.length ?? 0) > 4
          ? JSON.stringify({ lines: ["one"] })
          : undefined
      const { client } = yield* Chain.start({ script })
      const { end, version } = yield* Chain.done(client, Sound.speech(60), { translateTo: "fr", generateQuiz: true })
      assert.deepInclude(end, { status: "SUCCESS", translatedBy: { name: "aiguilleur" } })
      const { sentences, translatedSentences } = version.transcript
      assert.deepStrictEqual(
        translatedSentences.map((
          { end, start, text }: { start: number; end: number; text: string }
        ) => [start, end, text]),
        sentences.map(({ end, start, text }: { start: number; end: number; text: string }) => [start, end, `«${text}»`])
      )
      const [question] = version.multipleChoiceQuestions
      assert.strictEqual(question.translatedQuestion, "«What is said?»")
      assert.strictEqual(question.choices[1].translatedOptionText, "«That»")
    }), limit)

  it.effect("evaluate the questions that they wrote", () =>
    Effect.gen(function*() {
      const { client } = yield* Chain.start()
      const { end, version } = yield* Chain.done(client, Sound.speech(10), {
        generateQuiz: true,
        aiEvaluation: "ChatGPT"
      })
      assert.strictEqual(end.status, "SUCCESS")
      assert.deepStrictEqual(version.multipleChoiceQuestions[0].evaluation, { isRelated: true, isQuestion: true })
    }), limit)

  it.effect(
    "survive every shape of a useless answer, and end with a cause when it stays useless",
    () =>
      Effect.gen(function*() {
        const good = JSON.stringify({ title: "Fine", description: "Fine.", topics: ["a"], discipline: "physique" })
        const shapes: ReadonlyArray<string> = [
          "Of course! Here is what you asked for.",
          "",
          "null",
          "[]",
          "{",
          "{\"title\": \"\", \"description\": \"x\"}",
          "{\"title\": 3}",
          "{\"title\": \"…\", \"description\": \"…\"}",
          "{\"title\": \"x\", \"description\": \"...\"}",
          "```json\n{\"title\": \"cut off",
          "<think>{\"title\": \"no\"}</think> I cannot do that.",
          "\u0000\uFFFD"
        ]
        let last = ""
        const { chat, client } = yield* Chain.start({
          script: ({ messages }) => messages.length === 2 || last === "Always prose." ? last : good
        })
        for (const shape of shapes) {
          last = shape
          const before = chat.asked.length
          const { end, version } = yield* Chain.done(client, Chain.subtitles, { generateMetadata: true })
          assert.strictEqual(end.status, "SUCCESS", `${shape} ${end.failureCause}`)
          assert.deepInclude(version.enrichmentVersionMetadata, { title: "Fine", discipline: "Physique" }, shape)
          assert.strictEqual(chat.asked.length - before, 2, shape)
        }
        last = "Always prose."
        const before = chat.asked.length
        const { end } = yield* Chain.done(client, Chain.subtitles, { generateMetadata: true })
        assert.deepInclude(end, {
          status: "FAILURE",
          failureCause: "The chat model chat answered 3 times in a form that cannot be used"
        })
        assert.strictEqual(chat.asked.length - before, 3)
      }),
    limit
  )

  for (const status of [400, 500]) {
    it.effect(
      `ask a server without schemas, which says so by ${status}, in the way that it understands`,
      () =>
        Effect.gen(function*() {
          const script: Script = ({ format }) => format === undefined ? undefined : status
          const { chat, client } = yield* Chain.start({ script })
          const { end } = yield* Chain.done(client, Sound.speech(5), { generateMetadata: true })
          assert.strictEqual(end.status, "SUCCESS")
          assert.deepStrictEqual(chat.asked.map(({ format }) => format), ["json_schema", "json_object", undefined])
        }),
      limit
    )
  }

  it.effect("leave to others what they are not to do", () =>
    Effect.gen(function*() {
      const { client } = yield* Chain.start({ more: "  workers: { transcription: true, enrichment: false }" })
      const id = yield* Chain.upload(client, Sound.speech(5), { generateMetadata: true })
      yield* Chain.reached(client, id, "WAITING_AI_ENRICHMENT")
      assert.deepInclude(yield* Chain.job(client, id), { aiProcessedBy: null })
    }), limit)
})
