/** The languages that every text is written in. */

export const languages = ["en", "fr"] as const
export type Language = (typeof languages)[number]

/** A text, or a function that makes one of its arguments. */
type Text<A> = Readonly<Record<Language, A>>

/** The texts of a page, by name; one that lacks a language does not compile. */
export type Texts = Readonly<Record<string, Text<string> | Text<(...values: ReadonlyArray<never>) => string>>>

/** The same texts in one language. */
export type In<T extends Texts> = { readonly [Name in keyof T]: T[Name][Language] }

const known = new WeakMap<Texts, Map<Language, Readonly<Record<string, unknown>>>>()

export const textsIn = <T extends Texts>(texts: T, language: Language): In<T> => {
  let versions = known.get(texts)
  if (versions === undefined) known.set(texts, versions = new Map())
  let version = versions.get(language)
  if (version === undefined) {
    version = Object.fromEntries(Object.entries(texts).map(([name, text]) => [name, text[language]]))
    versions.set(language, version)
  }
  return version as In<T>
}
