/** What the steps of a transcription are called. */

export const stations = {
  upload: { en: "Upload", fr: "Réception" },
  transcription: { en: "Transcription", fr: "Transcription" },
  enrichment: { en: "Enrichment", fr: "Enrichissement" },
  translation: { en: "Translation", fr: "Traduction" },
  evaluation: { en: "Evaluation", fr: "Évaluation" }
}
