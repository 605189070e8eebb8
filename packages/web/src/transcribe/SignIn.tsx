/** Asks for the client's name and secret; they stay in this tab and go nowhere but to the service. */
import type { FormEvent } from "react"
import { useState } from "react"
import { useTexts } from "../page/Language.tsx"
import { Api, type Credentials, Refused } from "./Api.ts"

const texts = {
  heading: { en: "Sign in", fr: "Connexion" },
  about: {
    en: "Whoever runs this service gives you a client id and a secret for transcriptions.",
    fr: "La personne qui gère ce service vous donne un identifiant client et un secret pour les transcriptions."
  },
  id: { en: "Client id", fr: "Identifiant client" },
  secret: { en: "Secret", fr: "Secret" },
  enter: { en: "Sign in", fr: "Se connecter" },
  entering: { en: "Signing in …", fr: "Connexion …" },
  wrong: {
    en: "This client id and secret are not known here.",
    fr: "Cet identifiant et ce secret ne sont pas connus ici."
  },
  busy: { en: "Too many tries. Wait a minute.", fr: "Trop d’essais. Attendez une minute." },
  away: { en: "The service does not answer.", fr: "Le service ne répond pas." }
}

export const SignIn = ({ onSigned }: { readonly onSigned: (credentials: Credentials) => void }) => {
  const t = useTexts(texts)
  const [problem, setProblem] = useState<string | undefined>()
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const form = new FormData(event.currentTarget)
    const credentials = { id: String(form.get("id")).trim(), secret: String(form.get("secret")) }
    setBusy(true)
    setProblem(undefined)
    try {
      await new Api(credentials).signIn()
      onSigned(credentials)
    } catch (error) {
      const status = error instanceof Refused ? error.status : 0
      setProblem(status === 0 || status >= 500 ? t.away : status === 429 ? t.busy : t.wrong)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className="panel signin" onSubmit={(event) => void submit(event)}>
      <h2>{t.heading}</h2>
      <p>{t.about}</p>
      <label>
        {t.id}
        <input name="id" required autoComplete="username" autoCapitalize="none" spellCheck={false} />
      </label>
      <label>
        {t.secret}
        <input name="secret" type="password" required autoComplete="current-password" />
      </label>
      {problem === undefined ? null : <p className="problem" role="alert">{problem}</p>}
      <button className="primary" disabled={busy}>{busy ? t.entering : t.enter}</button>
    </form>
  )
}
