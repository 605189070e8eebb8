/** The switch between the two languages. */
import { useLanguage, useTexts } from "./Language.tsx"
import type { Language } from "./Text.ts"
import { languages } from "./Text.ts"

/** Each language by its own name. */
const names: Readonly<Record<Language, string>> = { en: "English", fr: "Français" }

const texts = { language: { en: "Language", fr: "Langue" } }

export const LanguageChoice = () => {
  const t = useTexts(texts)
  const { choose, language } = useLanguage()
  return (
    <label className="choice">
      <span className="unseen">{t.language}</span>
      <select value={language} onChange={({ target }) => choose(target.value as Language)}>
        {languages.map((language) => <option key={language} value={language} lang={language}>{names[language]}
        </option>)}
      </select>
    </label>
  )
}
