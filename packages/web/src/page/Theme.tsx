/** Light, dark, or as the system has it; the colours themselves are in the style sheet. */
import { useState } from "react"
import { useTexts } from "./Language.tsx"
import * as Remembered from "./Remembered.ts"

const themes = ["system", "light", "dark"] as const
type Theme = (typeof themes)[number]

const remembered = (): Theme => themes.find((theme) => theme === Remembered.read("theme")) ?? "system"

const apply = (theme: Theme): void => {
  if (theme === "system") delete document.documentElement.dataset["theme"]
  else document.documentElement.dataset["theme"] = theme
}

export const restore = (): void => apply(remembered())

const texts = {
  colours: { en: "Colours", fr: "Couleurs" },
  system: { en: "System", fr: "Système" },
  light: { en: "Light", fr: "Clair" },
  dark: { en: "Dark", fr: "Sombre" }
}

export const ThemeChoice = () => {
  const t = useTexts(texts)
  const [theme, setTheme] = useState(remembered)
  const choose = (theme: Theme) => {
    Remembered.write("theme", theme)
    apply(theme)
    setTheme(theme)
  }
  return (
    <label className="choice">
      <span className="unseen">{t.colours}</span>
      <select value={theme} onChange={({ target }) => choose(target.value as Theme)}>
        {themes.map((theme) => <option key={theme} value={theme}>{t[theme]}</option>)}
      </select>
    </label>
  )
}
