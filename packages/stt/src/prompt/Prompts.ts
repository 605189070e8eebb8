/** Everything that a chat model is told, by language: a text of it is changed in `en.ts` and `fr.ts`, and nowhere else. */
import { en } from "./en.ts"
import { fr } from "./fr.ts"

export interface Prompts {
  /** Who it is, and how it answers. */
  readonly role: string
  readonly again: (reason: string) => string
  readonly summary: (part: string) => string
  readonly metadata: (
    text: string,
    lists: { readonly disciplines: ReadonlyArray<string>; readonly mediaTypes: ReadonlyArray<string> }
  ) => string
  readonly quiz: (text: string, count: number) => string
  readonly notes: (text: string) => string
  readonly translation: (lines: string, from: string, to: string) => string
  readonly translatedText: (text: string, from: string, to: string) => string
  readonly evaluation: (question: string, context: string) => string
  readonly missing: {
    readonly title: string
    readonly description: string
    readonly questions: string
    readonly text: string
    readonly lines: (count: number) => string
  }
}

const written: Readonly<Record<string, Prompts>> = { en, fr }

const nameOf = (language: string, inWhich: string): string =>
  new Intl.DisplayNames([inWhich], { type: "language" }).of(language) ?? language

/** In the language of the transcript where we speak it; else in English, with the wish to be answered in that language. */
export const promptsFor = (language: string | null): Prompts => {
  const own = written[language ?? "en"]
  if (own !== undefined) return own
  return { ...en, role: `${en.role} Answer in ${nameOf(language ?? "en", "en")}.` }
}

export const languageName = (language: string, inWhich: string): string =>
  nameOf(language, written[inWhich] === undefined ? "en" : inWhich)
