/** The language that a page is shown in, and how its parts get their texts. */
import type { ReactNode } from "react"
import { createContext, use, useCallback, useLayoutEffect, useMemo, useState } from "react"
import * as Remembered from "./Remembered.ts"
import type { In, Language, Texts } from "./Text.ts"
import { languages, textsIn } from "./Text.ts"

interface Chosen {
  readonly language: Language
  readonly choose: (language: Language) => void
}

const Chosen = createContext<Chosen>({ language: "en", choose: () => {} })

const isLanguage = (text: string | undefined): text is Language => languages.some((language) => language === text)

/** As chosen before, else the first of the browser's that we speak, else English. */
const preferred = (): Language => {
  const remembered = Remembered.read("language")
  if (isLanguage(remembered)) return remembered
  return navigator.languages.map((tag) => tag.slice(0, 2).toLowerCase()).find(isLanguage) ?? "en"
}

export const LanguageProvider = ({ children }: { readonly children: ReactNode }) => {
  const [language, setLanguage] = useState(preferred)
  const choose = useCallback((language: Language) => {
    Remembered.write("language", language)
    setLanguage(language)
  }, [])
  useLayoutEffect(() => {
    document.documentElement.lang = language
  }, [language])
  const chosen = useMemo(() => ({ language, choose }), [language, choose])
  return <Chosen value={chosen}>{children}</Chosen>
}

export const useLanguage = (): Chosen => use(Chosen)

export const useTexts = <T extends Texts>(texts: T): In<T> => textsIn(texts, useLanguage().language)
