/** Real speech, real weights and a real chat model through everything that the transcription service does by itself. */
import { readFileSync } from "node:fs"
import * as Killed from "../../packages/http/test/ownwork/Killed.ts"
import type { Json } from "../../packages/stt/test/support/Caller.ts"
import { known } from "../engines/RealEngine.ts"
import type { Report } from "../engines/Report.ts"
import { assert, make } from "../engines/Report.ts"
import * as Bare from "./Bare.ts"
import * as Chain from "./Chain.ts"
import * as Gateway from "./Gateway.ts"
import * as Latency from "./Latency.ts"
import * as Lecture from "./Lecture.ts"
import * as Weights from "./Weights.ts"

const measured = ({ peak, seconds, wall, wordErrors }: Bare.Measured): string =>
  `${seconds.toFixed(1)} s of processor, ${wall.toFixed(1)} s, ${peak.toFixed(0)} MiB, ${
    (100 * wordErrors).toFixed(1)
  } % of the words wrong`

const builtIn = (model: string): string => `models: []\nstt: { whisper: { model: "${model}", threads: 2 } }\n`

/** The embedded engine costs and errs at most a tenth more than the same engine alone. */
const embedded = async ({ check }: Report) => {
  const model = await Weights.base()
  for (const lecture of [await Lecture.french(), await Lecture.english()]) {
    await check(`${lecture.language}: the chain beside the bare engine`, async () => {
      const chained = await Bare.chained(lecture, model, 1)
      const bare = await Bare.bare(lecture, model, 1)
      const said = `${measured(chained)}; bare: ${measured(bare)}`
      assert(chained.wordErrors <= bare.wordErrors + 0.01, said)
      assert(lecture.seconds < 300 || chained.seconds <= 1.1 * bare.seconds, said)
      return said
    })
  }
}

const recordings = async (name: string, configuration: string, { check }: Report) => {
  const lectures = [await Lecture.french(), await Lecture.english()]
  const shelf = await Chain.shelf(lectures)
  const gateway = await Gateway.start(configuration, { AIGUILLEUR_FETCH_HOSTS: `media.test=${shelf.address}` })
  try {
    for (const lecture of lectures) {
      for (const byAddress of [false, true]) {
        await check(`${lecture.language}, ${byAddress ? "by its address" : "uploaded"}, ${name}`, async () => {
          const { said, wordErrors } = await Chain.transcribe(gateway, lecture, byAddress)
          assert(wordErrors < 0.25, said)
          return said
        })
      }
    }
  } finally {
    await gateway.stop()
    shelf.stop()
  }
}

const chain = async (report: Report) => recordings("by the built-in Whisper", builtIn(await Weights.base()), report)

const remote = async (report: Report) => {
  const engine = await known["whisper"]!()
  try {
    await recordings(
      `by ${engine.title}`,
      `
models:
  - name: ear
    model: ${engine.model}
    servers: [{ url: "${engine.url}", kind: whisper, organisation: test, maxConcurrent: 1 }]
stt: { speech: ear }
`,
      report
    )
  } finally {
    await engine.stop()
  }
}

const time = /^\d\d:\d\d:\d\d$/

const secondsOf = (pointer: string): number => {
  const [hours = 0, minutes = 0, seconds = 0] = pointer.split(":").map(Number)
  return 3600 * hours + 60 * minutes + seconds
}

const disciplines = ["Droit", "Physique", "Histoire"]

const isValid = ({ enrichmentVersionMetadata: metadata, multipleChoiceQuestions: quiz, transcript }: Json) => {
  assert(metadata?.title?.length > 0 && metadata.description.length > 0, "no metadata")
  assert(metadata.discipline === null || disciplines.includes(metadata.discipline), "a discipline of its own")
  assert(quiz.length > 0, "no quiz")
  const last = Math.ceil(Math.max(...transcript.sentences.map(({ end }: Json) => end)))
  for (const { answerPointer, choices } of quiz) {
    assert(choices.filter(({ correctAnswer }: Json) => correctAnswer).length === 1, "not one right answer")
    for (const pointer of [answerPointer?.startAnswerPointer, answerPointer?.stopAnswerPointer]) {
      assert(time.test(pointer) && secondsOf(pointer) <= last, `a pointer to ${pointer}`)
    }
  }
}

/** A small chat model writes about a recording that was really transcribed. */
const enrich = async ({ check }: Report) => {
  const [model, engine, lecture] = [await Weights.base(), await known["llamaCpp"]!(), await Lecture.french()]
  const gateway = await Gateway.start(`
models:
  - name: chat
    model: ${engine.model}
    servers: [{ url: "${engine.url}", kind: openai, organisation: test, maxConcurrent: 1 }]
stt: { chat: chat, chatWindow: 2048, whisper: { model: "${model}", threads: 2 } }
`)
  try {
    await check(`metadata and quiz by ${engine.title}`, async () => {
      const wishes = { generateMetadata: true, generateQuiz: true, disciplines, mediaTypes: ["cours"] }
      const id = await gateway.submit({ file: lecture.file }, wishes)
      const { failureCause, status } = await gateway.ended(id)
      assert(status === "SUCCESS", String(failureCause))
      const version = await gateway.version(id)
      isValid(version)
      return JSON.stringify([version.enrichmentVersionMetadata.title, version.multipleChoiceQuestions[0].question])
    })
  } finally {
    await gateway.stop()
    await engine.stop()
  }
}

const kill = async ({ check }: Report) => {
  const [model, lecture] = [await Weights.base(), await Lecture.english()]
  await check("killed ten times in the middle of ten minutes", async () => {
    const run = (kills: number) =>
      Killed.run({ kills, pieces: 2, recording: readFileSync(lecture.file), configuration: builtIn(model) })
    const [calm, killed] = [await run(0), await run(10)]
    const said = `${killed.kills} kills, ${killed.finished} pieces, ${killed.again} made again, ${
      killed.seconds.toFixed(0)
    } s instead of ${calm.seconds.toFixed(0)} s`
    assert(killed.status === "SUCCESS" && killed.kills === 10 && killed.again === 0, said)
    assert(JSON.stringify(killed.sentences) === JSON.stringify(calm.sentences), "another transcript")
    return said
  })
}

const latency = ({ check }: Report) =>
  check("a chat while 50 recordings are transcribed", async () => {
    const { busy, finished, idle, ratio } = await Latency.run(50)
    const said = `${idle.added.toFixed(2)} ms more than without the gateway when idle, ${
      busy.added.toFixed(2)
    } ms while ${finished} recordings are transcribed (${busy.requests} requests): ${ratio.toFixed(2)} times`
    assert(finished === 50 && ratio <= 1.5, said)
    return said
  })

const parts = { embedded, chain, remote, enrich, kill, latency }

/** Names choose among the parts. */
export const run = async (names: ReadonlyArray<string>): Promise<boolean> => {
  const report = make()
  for (const [name, part] of Object.entries(parts)) {
    if (names.length > 0 && !names.includes(name)) continue
    console.log(`${name}:`)
    try {
      await part(report)
    } catch (error) {
      report.skip(name, error instanceof Error ? error.message : String(error))
    }
  }
  console.log(report.summary())
  return report.failed() === 0
}
