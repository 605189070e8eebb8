/** What a chat model is told in English. Members of an answer are named, not shown: small models copy what is shown. */
import type { Prompts } from "./Prompts.ts"

const listOf = (items: ReadonlyArray<string>): string => items.map((item) => `"${item}"`).join(", ")

export const en: Prompts = {
  role: "You prepare teaching material from the transcripts of recordings. You keep to what is said in them. "
    + "You answer with the JSON that is asked for and nothing else.",

  again: (reason) =>
    `Your answer cannot be used (${reason}). Answer again, with the JSON that was asked for and nothing else.`,

  summary: (part) =>
    `This is a part of a transcript:\n\n${part}\n\n`
    + `Summarise it in at most eight sentences. Answer with a JSON object that has one member, "summary".`,

  metadata: (text, { disciplines, mediaTypes }) =>
    `This is what is said in a recording:\n\n${text}\n\n`
    + `Describe the recording: a short title, a description of two to four sentences, and three to six topics.`
    + (disciplines.length === 0 ? "" : ` Choose the discipline from this list: ${listOf(disciplines)}.`)
    + (mediaTypes.length === 0 ? "" : ` Choose the kind of medium from this list: ${listOf(mediaTypes)}.`)
    + ` Answer with a JSON object that has the members "title", "description", "topics" (a list), "discipline" and `
    + `"mediaType".`,

  quiz: (text, count) =>
    `These are numbered sentences of a recording:\n\n${text}\n\n`
    + `Write ${count} multiple choice questions about what is explained in them. Each has four choices, one of them `
    + `right, an explanation of the right one, and the numbers of the first and the last sentence that answer it. `
    + `Answer with a JSON object that has one member, "questions": a list of objects with the members "question", `
    + `"choices" (a list of four texts), "correct" (the number of the right choice, from 1 to 4), "explanation", `
    + `"first" and "last" (the numbers of those sentences).`,

  notes: (text) =>
    `This is what is said in a part of a recording:\n\n${text}\n\n`
    + `Write notes of it for a student, in Markdown: short headings and points, nothing that is not said. `
    + `Answer with a JSON object that has one member, "notes".`,

  translation: (lines, from, to) =>
    `Translate these numbered lines of subtitles from ${from} to ${to}. Keep their number and order; each line is `
    + `translated by itself.\n\n${lines}\n\nAnswer with a JSON object that has one member, "lines": a list of texts, `
    + `one for each line.`,

  translatedText: (text, from, to) =>
    `Translate this text from ${from} to ${to}. Keep its Markdown.\n\n${text}\n\nAnswer with a JSON object that has `
    + `one member, "text".`,

  evaluation: (question, context) =>
    `This is what is said in a recording:\n\n${context}\n\nThis is a multiple choice question about it:\n\n${question}\n\n`
    + `Judge it. Answer with JSON: {"isRelated": true or false (is it about the recording?), "isSelfContained": true or `
    + `false (can it be understood without the recording?), "isQuestion": true or false, "languageIsClear": true or `
    + `false, "answersAreAllDifferent": true or false, "fakeAnswersAreNotObvious": true or false, "answersAreRelated": `
    + `true or false (to the question), "quizAboutConcept": true or false (and not about a detail)}`,

  missing: {
    title: "the title is missing",
    description: "the description is missing",
    questions: "no question has a text, a right choice and a wrong one",
    text: "the text is missing",
    lines: (count) => `exactly ${count} texts are needed`
  }
}
