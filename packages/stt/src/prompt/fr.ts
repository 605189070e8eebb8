/** Ce qui est dit en français à un modèle de langue. On nomme les membres sans les montrer : un petit modèle recopie. */
import type { Prompts } from "./Prompts.ts"

const listOf = (items: ReadonlyArray<string>): string => items.map((item) => `"${item}"`).join(", ")

export const fr: Prompts = {
  role:
    "Tu prépares du matériel pédagogique à partir de transcriptions d'enregistrements. Tu t'en tiens à ce qui y est "
    + "dit. Tu réponds par le JSON demandé et rien d'autre, en français.",

  again: (reason) =>
    `Ta réponse est inutilisable (${reason}). Réponds de nouveau, par le JSON demandé et rien d'autre.`,

  summary: (part) =>
    `Voici une partie d'une transcription :\n\n${part}\n\n`
    + `Résume-la en huit phrases au plus. Réponds par un objet JSON à un seul membre, "summary".`,

  metadata: (text, { disciplines, mediaTypes }) =>
    `Voici ce qui est dit dans un enregistrement :\n\n${text}\n\n`
    + `Décris l'enregistrement : un titre court, une description de deux à quatre phrases, et trois à six thèmes.`
    + (disciplines.length === 0 ? "" : ` Choisis la discipline dans cette liste : ${listOf(disciplines)}.`)
    + (mediaTypes.length === 0 ? "" : ` Choisis le type de média dans cette liste : ${listOf(mediaTypes)}.`)
    + ` Réponds par un objet JSON aux membres "title" (le titre), "description", "topics" (une liste : les thèmes), `
    + `"discipline" et "mediaType" (le type de média).`,

  quiz: (text, count) =>
    `Voici des phrases numérotées d'un enregistrement :\n\n${text}\n\n`
    + `Écris ${count} questions à choix multiples sur ce qui y est expliqué. Chacune a quatre choix, dont un seul juste, `
    + `une explication du bon choix, et les numéros de la première et de la dernière phrase qui y répondent. `
    + `Réponds par un objet JSON à un seul membre, "questions" : une liste d'objets aux membres "question", "choices" (une `
    + `liste de quatre textes), "correct" (le numéro du bon choix, de 1 à 4), "explanation" (l'explication), "first" et `
    + `"last" (les numéros de ces phrases).`,

  notes: (text) =>
    `Voici ce qui est dit dans une partie d'un enregistrement :\n\n${text}\n\n`
    + `Écris-en des notes de cours pour un étudiant, en Markdown : des titres courts et des points, rien qui ne soit dit. `
    + `Réponds par un objet JSON à un seul membre, "notes".`,

  translation: (lines, from, to) =>
    `Traduis ces lignes de sous-titres numérotées (de : ${from}, vers : ${to}). Garde leur nombre et leur ordre ; chaque `
    + `ligne est traduite pour elle-même.\n\n${lines}\n\nRéponds par un objet JSON à un seul membre, "lines" : une liste de textes, un par ligne.`,

  translatedText: (text, from, to) =>
    `Traduis ce texte (de : ${from}, vers : ${to}). Garde son Markdown.\n\n${text}\n\nRéponds par un objet JSON à un seul membre, `
    + `"text".`,

  evaluation: (question, context) =>
    `Voici ce qui est dit dans un enregistrement :\n\n${context}\n\nVoici une question à choix multiples à ce sujet :\n\n`
    + `${question}\n\nJuge-la. Réponds en JSON : {"isRelated": true ou false (porte-t-elle sur l'enregistrement ?), `
    + `"isSelfContained": true ou false (se comprend-elle sans l'enregistrement ?), "isQuestion": true ou false, `
    + `"languageIsClear": true ou false, "answersAreAllDifferent": true ou false, "fakeAnswersAreNotObvious": true ou `
    + `false, "answersAreRelated": true ou false (à la question), "quizAboutConcept": true ou false (et non sur un détail)}`,

  missing: {
    title: "le titre manque",
    description: "la description manque",
    questions: "aucune question n'a un texte, un bon choix et un mauvais",
    text: "le texte manque",
    lines: (count) => `il faut exactement ${count} textes`
  }
}
