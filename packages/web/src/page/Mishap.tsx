/** What is shown instead of a page that broke: words and a way out, never a blank screen. */
import type { ReactNode } from "react"
import { Component } from "react"
import { useTexts } from "./Language.tsx"

const texts = {
  title: { en: "This page broke", fr: "Cette page s’est interrompue" },
  what: {
    en: "The service itself is not concerned. Reload; if it happens again, this is what we would like to know:",
    fr: "Le service lui-même n’est pas touché. Rechargez ; si cela se reproduit, voici ce que nous aimerions savoir :"
  },
  reload: { en: "Reload", fr: "Recharger" }
}

const Sorry = ({ message }: { readonly message: string }) => {
  const t = useTexts(texts)
  return (
    <main className="mishap" role="alert">
      <h1>{t.title}</h1>
      <p>{t.what}</p>
      <p>
        <code lang="en">{message}</code>
      </p>
      <button type="button" className="primary" onClick={() => location.reload()}>{t.reload}</button>
    </main>
  )
}

interface State {
  readonly message: string | undefined
}

/** React catches errors of what it draws in classes alone. */
export class Mishap extends Component<{ readonly children: ReactNode }, State> {
  override state: State = { message: undefined }

  static getDerivedStateFromError(error: unknown): State {
    return { message: String(error) }
  }

  override render(): ReactNode {
    const { message } = this.state
    return message === undefined ? this.props.children : <Sorry message={message} />
  }
}
