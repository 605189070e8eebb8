/** Figures as people write them in either language. */
import type { Language } from "./Text.ts"

const locales: Readonly<Record<Language, string>> = { en: "en-GB", fr: "fr-FR" }

const formats = new Map<string, Intl.NumberFormat>()

const number = (language: Language, options: Intl.NumberFormatOptions): Intl.NumberFormat => {
  const id = language + JSON.stringify(options)
  let format = formats.get(id)
  if (format === undefined) formats.set(id, format = new Intl.NumberFormat(locales[language], options))
  return format
}

export const count = (language: Language, value: number): string =>
  value < 100_000
    ? number(language, { maximumFractionDigits: 0 }).format(value)
    : number(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value)

/** Large sums, three figures of them. */
export const compact = (language: Language, value: number): string =>
  value < 1_000
    ? count(language, value)
    : number(language, { notation: "compact", maximumSignificantDigits: 3 }).format(value)

export const percent = (language: Language, share: number): string =>
  number(language, { style: "percent", maximumFractionDigits: 0 }).format(share)

export const decimal = (language: Language, value: number): string =>
  number(language, { maximumSignificantDigits: 2 }).format(value)

/** `340 ms`, `2.4 s`, `3 min 12 s`, `2 h 05 min`. */
export const span = (language: Language, millis: number): string => {
  const seconds = Math.max(0, millis) / 1_000
  if (seconds < 1) return `${Math.round(Math.max(0, millis))} ms`
  if (seconds < 10) return `${number(language, { maximumFractionDigits: 1 }).format(seconds)} s`
  if (seconds < 60) return `${Math.floor(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${String(Math.floor(seconds % 60)).padStart(2, "0")} s`
  return `${Math.floor(minutes / 60)} h ${String(minutes % 60).padStart(2, "0")} min`
}

/** How long something has lasted, to the second: a thing that lasts is no matter of milliseconds. */
export const lasting = (language: Language, millis: number): string => {
  const seconds = Math.max(0, Math.floor(millis / 1_000))
  return seconds < 10 ? `${seconds} s` : span(language, seconds * 1_000)
}

/** `08:02:13`. */
export const clock = (language: Language, at: number): string =>
  new Date(at).toLocaleTimeString(locales[language], { hour: "2-digit", minute: "2-digit", second: "2-digit" })

/** `08:02`. */
export const minute = (language: Language, at: number): string =>
  new Date(at).toLocaleTimeString(locales[language], { hour: "2-digit", minute: "2-digit" })

/** What is left of an address that every server's has. */
export const host = (url: string): string => url.replace(/^https?:\/\//, "")
