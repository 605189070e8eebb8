/** The page of whoever has something to transcribe. */
import { useMemo, useState } from "react"
import { useTexts } from "../page/Language.tsx"
import { LanguageChoice } from "../page/LanguageChoice.tsx"
import { mount } from "../page/mount.tsx"
import { ThemeChoice } from "../page/Theme.tsx"
import { Wordmark } from "../page/Wordmark.tsx"
import { Api, type Credentials } from "./Api.ts"
import { Opened } from "./Opened.tsx"
import { Recent } from "./Recent.tsx"
import { SignIn } from "./SignIn.tsx"
import "./transcribe.css"
import { Wishes } from "./Wishes.tsx"

const texts = {
  transcription: { en: "Transcription", fr: "Transcription" },
  leave: { en: "Sign out", fr: "Se déconnecter" }
}

/** In this tab, until it is closed. */
const place = "aiguilleur.transcribe"

const remembered = (): Credentials | undefined => {
  try {
    const kept = sessionStorage.getItem(place)
    return kept === null ? undefined : JSON.parse(kept) as Credentials
  } catch {
    return undefined
  }
}

const remember = (credentials: Credentials | undefined): void => {
  try {
    if (credentials === undefined) sessionStorage.removeItem(place)
    else sessionStorage.setItem(place, JSON.stringify(credentials))
  } catch {
    // It is asked for again after a reload, then.
  }
}

const Page = () => {
  const t = useTexts(texts)
  const [credentials, setCredentials] = useState(remembered)
  const [opened, setOpened] = useState<{ readonly id: string; readonly file: File | undefined } | undefined>(() => {
    const id = location.hash.slice(1)
    return id === "" ? undefined : { id, file: undefined }
  })
  const api = useMemo(() => credentials === undefined ? undefined : new Api(credentials), [credentials])
  const sign = (credentials: Credentials | undefined) => {
    remember(credentials)
    setCredentials(credentials)
  }
  const open = (id: string | undefined, file?: File) => {
    history.replaceState(null, "", id === undefined ? location.pathname : `#${id}`)
    setOpened(id === undefined ? undefined : { id, file })
  }
  return (
    <>
      <header className="top">
        <Wordmark />
        <span className="where">{t.transcription}</span>
        <LanguageChoice />
        <ThemeChoice />
        {api === undefined ? null : <button className="plain" onClick={() => sign(undefined)}>{t.leave}</button>}
      </header>
      <main className="transcribe">
        {api === undefined
          ? <SignIn onSigned={sign} />
          : opened === undefined
          ? (
            <>
              <Wishes api={api} onBegun={open} />
              <Recent api={api} onOpen={open} />
            </>
          )
          : <Opened key={opened.id} api={api} id={opened.id} file={opened.file} onBack={() => open(undefined)} />}
      </main>
    </>
  )
}

mount(<Page />)
