/** Workers in the shape of the existing Python ones: same calls, same encodings, same omissions. */
import * as assert from "node:assert/strict"
import { type Answer, Caller, type Json, taskId } from "./Caller.ts"
import { transcript } from "./Media.ts"

export const oldest = {
  transcription: "/enrichments/transcription/job/oldest",
  enrichment: "/enrichments/job/ai_enrichment/oldest",
  translation: "/enrichments/job/translation/oldest",
  evaluation: "/enrichments/job/ai_evaluation/oldest"
}

export interface Taken {
  readonly task: string
  readonly job: Json
}

export const take = async (worker: Caller, kind: keyof typeof oldest, more = ""): Promise<Taken | undefined> => {
  const task = taskId()
  const { json, status } = await worker.get(`${oldest[kind]}?taskId=${task}${more}`)
  return status === 200 ? { task, job: json } : undefined
}

/** A part without a content type, and a path as its name. */
export const transcriptForm = (task: string, language = "french", content: unknown = transcript(language)) => ({
  taskId: task,
  status: "OK",
  transcript: new File([JSON.stringify(content)], "/tmp/tmpq3v9x1")
})

export const postTranscript = (worker: Caller, { job, task }: Taken, language?: string): Promise<Answer> =>
  worker.post(`/enrichments/${job.enrichmentId}/versions/initial/transcript`, { form: transcriptForm(task, language) })

export const transcribe = async (worker: Caller, language?: string): Promise<Json> => {
  const taken = await take(worker, "transcription")
  if (taken === undefined) return undefined
  const medium = await fetch(taken.job.mediaTemporaryUrl)
  assert.equal(medium.status, 200)
  await medium.arrayBuffer()
  const { json, status } = await postTranscript(worker, taken, language)
  assert.equal(status, 200)
  return json
}

export const resultPath = ({ job }: Taken, kind: string) =>
  `/enrichments/${job.enrichmentId}/versions/${job.enrichmentVersionId}/${kind}`

export const enriched = (task: string, job: Json) => ({
  enrichmentVersionMetadata: job.generateMetadata
    ? {
      title: "\"Une leçon\"",
      description: "De quoi il s'agit",
      topics: ["a", "b"],
      discipline: job.disciplines[0] ?? null,
      mediaType: null
    }
    : null,
  multipleChoiceQuestions: job.generateQuiz
    ? [{
      id: null,
      question: "Quoi ?",
      explanation: "Parce que.",
      choices: [
        { id: null, optionText: "Oui", correctAnswer: true },
        { id: null, optionText: "Non", correctAnswer: false }
      ],
      answerPointer: { startAnswerPointer: "00:00:01.5", stopAnswerPointer: "0:03" }
    }]
    : [],
  notes: job.generateNotes ? "Des notes" : null,
  taskId: task,
  failureCause: null,
  status: "OK"
})

/** Keys without a value are left out, and choices come back with a false answer. */
export const translated = (task: string, job: Json) => ({
  ...(job.enrichmentVersionMetadata === null ? {} : {
    enrichmentVersionMetadata: { title: "A lesson", description: "What it is about", topics: ["a", "b"] }
  }),
  multipleChoiceQuestions: job.multipleChoiceQuestions.map(({ choices, id }: Json) => ({
    id,
    question: "What?",
    explanation: "Because.",
    choices: choices.map((choice: Json) => ({ id: choice.id, optionText: "Option", correctAnswer: false }))
  })),
  transcript: {
    language: job.language,
    text: " Hello all. Thank you.",
    sentences: [{ start: 0, end: 1.5, text: " Hello all." }, { start: 1.5, end: 3.25, text: " Thank you." }]
  },
  taskId: task,
  status: "OK"
})

const evaluated = (task: string, job: Json) => ({
  taskId: task,
  status: "OK",
  failureCause: null,
  evaluations: job.multipleChoiceQuestions.map(({ id }: Json) => ({ id, evaluation: "{\"isRelated\": true}" }))
})

/** What a worker sends of what it was given. */
export const reports = {
  transcription: (worker: Caller, taken: Taken) => postTranscript(worker, taken),
  enrichment: (worker: Caller, taken: Taken) =>
    worker.post(resultPath(taken, "ai_enrichment"), { json: enriched(taken.task, taken.job) }),
  translation: (worker: Caller, taken: Taken) =>
    worker.post(resultPath(taken, "translation"), { json: translated(taken.task, taken.job) }),
  evaluation: (worker: Caller, taken: Taken) =>
    worker.post(resultPath(taken, "ai_evaluation"), { json: evaluated(taken.task, taken.job) })
}

/** Whether there was something to do. */
const doing = (step: keyof typeof reports) => async (worker: Caller): Promise<boolean> => {
  const taken = await take(worker, step, step === "evaluation" ? "&evaluator=ChatGPT" : "")
  if (taken === undefined) return false
  const answer = await reports[step](worker, taken)
  assert.equal(answer.status, 200, answer.text)
  return true
}

export const enrich = doing("enrichment")
export const translate = doing("translation")
export const evaluate = doing("evaluation")
