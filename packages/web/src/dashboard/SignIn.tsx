/** Where a key is given: it stays in this tab. */
import type { FormEvent } from "react"
import { useId, useState } from "react"
import { useTexts } from "../page/Language.tsx"

const texts = {
  title: { en: "Live operations", fr: "Exploitation en direct" },
  intro: {
    en: "What waits, what runs, and why. To look, give a key with a viewer’s or an operator’s rights.",
    fr:
      "Ce qui attend, ce qui est en cours, et pourquoi. Pour regarder, donnez une clé avec les droits de lecture ou d’exploitation."
  },
  key: { en: "API key", fr: "Clé d’API" },
  open: { en: "Open", fr: "Ouvrir" },
  kept: {
    en: "The key is kept in this tab alone and goes to this service alone.",
    fr: "La clé reste dans cet onglet et ne va qu’à ce service."
  },
  make: { en: "No key yet? An administrator makes one:", fr: "Pas encore de clé ? Un administrateur en crée une :" },
  refused: { en: "This key was refused.", fr: "Cette clé a été refusée." }
}

const command = "aiguilleur keys create NAME --organisation ORGANISATION --rights operator"

interface Props {
  /** Why the last one was refused. */
  readonly refused: string | undefined
  readonly onKey: (key: string) => void
}

export const SignIn = ({ onKey, refused }: Props) => {
  const t = useTexts(texts)
  const [key, setKey] = useState("")
  const field = useId()
  const problem = useId()
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (key.trim() !== "") onKey(key.trim())
  }
  return (
    <main id="main" className="signin">
      <h1>{t.title}</h1>
      <p>{t.intro}</p>
      <form onSubmit={submit}>
        <label htmlFor={field}>{t.key}</label>
        <input
          id={field}
          type="password"
          autoComplete="current-password"
          spellCheck={false}
          value={key}
          aria-describedby={refused === undefined ? undefined : problem}
          aria-invalid={refused !== undefined}
          onChange={({ target }) => setKey(target.value)}
        />
        <button type="submit" className="primary">{t.open}</button>
      </form>
      {refused !== undefined && (
        <p id={problem} role="alert" className="problem">
          {t.refused} <span lang="en">{refused}</span>
        </p>
      )}
      <p className="soft">{t.kept}</p>
      <p className="soft">
        {t.make} <code translate="no">{command}</code>
      </p>
    </main>
  )
}
