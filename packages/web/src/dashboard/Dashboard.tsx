/** The page: a key opens it, a stream feeds it, and each view draws what it is about. */
import type { ComponentType } from "react"
import { useCallback, useEffect, useState } from "react"
import { useTexts } from "../page/Language.tsx"
import { Header } from "./Header.tsx"
import { Hour } from "./hour/Hour.tsx"
import { Laboratory } from "./laboratory/Laboratory.tsx"
import { introduce } from "./now/Hues.ts"
import { Now } from "./now/Now.tsx"
import * as Session from "./session/Session.ts"
import { hangUp, Stream, streamOf, useLive } from "./session/useLive.ts"
import { Shares } from "./shares/Shares.tsx"
import { SignIn } from "./SignIn.tsx"
import { Transcriptions } from "./transcriptions/Transcriptions.tsx"
import type { View } from "./views.ts"
import { useView } from "./views.ts"

const texts = {
  titles: { en: (view: string) => `${view} · Aiguilleur`, fr: (view: string) => `${view} · Aiguilleur` },
  connecting: { en: "Connecting to the gateway…", fr: "Connexion à la passerelle…" }
}

const shown: Readonly<Record<View, ComponentType>> = {
  now: Now,
  hour: Hour,
  transcriptions: Transcriptions,
  shares: Shares,
  laboratory: Laboratory
}

const Open = ({ onLeave, onRefused }: {
  readonly onLeave: () => void
  readonly onRefused: (message: string) => void
}) => {
  const t = useTexts(texts)
  const view = useView()
  const { line, picture, who } = useLive()
  useEffect(() => {
    if (line.state === "refused") onRefused(line.message)
  }, [line, onRefused])
  if (picture !== undefined) introduce(picture)
  const Shown = shown[view]
  return (
    <>
      <Header view={view} who={who} onLeave={onLeave} />
      <main id="main" tabIndex={-1} data-view={view}>
        {picture === undefined ? <p className="soft loading">{t.connecting}</p> : <Shown />}
      </main>
    </>
  )
}

export const Dashboard = () => {
  const [key, setKey] = useState(Session.read)
  const [refused, setRefused] = useState<string>()
  const leave = useCallback((message: string | undefined) => {
    Session.write(undefined)
    hangUp()
    setKey(undefined)
    setRefused(message)
  }, [])
  const enter = (key: string) => {
    Session.write(key)
    setRefused(undefined)
    setKey(key)
  }
  if (key === undefined) {
    return (
      <>
        <Header view={undefined} who={undefined} onLeave={() => leave(undefined)} />
        <SignIn refused={refused} onKey={enter} />
      </>
    )
  }
  return (
    <Stream value={streamOf(key)}>
      <Open onLeave={() => leave(undefined)} onRefused={leave} />
    </Stream>
  )
}
