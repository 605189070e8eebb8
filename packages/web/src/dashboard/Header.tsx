/** The line at the top: its stations are the views, its lamp says whether what is shown is live. */
import { useEffect, useRef, useState } from "react"
import { clock, lasting } from "../page/Format.ts"
import { useLanguage, useTexts } from "../page/Language.tsx"
import { LanguageChoice } from "../page/LanguageChoice.tsx"
import { ThemeChoice } from "../page/Theme.tsx"
import { Wordmark } from "../page/Wordmark.tsx"
import type { Line } from "./session/LiveStream.ts"
import type { Who } from "./session/Picture.ts"
import { useLive } from "./session/useLive.ts"
import type { View } from "./views.ts"
import { views } from "./views.ts"

const texts = {
  views: { en: "Views", fr: "Vues" },
  now: { en: "Now", fr: "Maintenant" },
  hour: { en: "Last hour", fr: "Dernière heure" },
  transcriptions: { en: "Transcriptions", fr: "Transcriptions" },
  shares: { en: "Shares", fr: "Parts" },
  laboratory: { en: "Laboratory", fr: "Laboratoire" },
  connecting: { en: "Connecting…", fr: "Connexion…" },
  live: { en: (at: string) => `Live, ${at}`, fr: (at: string) => `En direct, ${at}` },
  lost: {
    en: (since: string) => `No connection for ${since}`,
    fr: (since: string) => `Sans connexion depuis ${since}`
  },
  simulated: { en: "Demo: simulated servers", fr: "Démo : serveurs simulés" },
  leave: { en: "Sign out", fr: "Quitter" },
  who: {
    en: (key: string, rights: string) => `Key ${key}, ${rights}`,
    fr: (key: string, rights: string) => `Clé ${key}, ${rights}`
  },
  viewer: { en: "viewer", fr: "lecture" },
  operator: { en: "operator", fr: "exploitation" },
  skip: { en: "To the content", fr: "Aller au contenu" }
}

const Lamp = ({ at, line }: { readonly at: number | undefined; readonly line: Line }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [, again] = useState(0)
  const isLost = line.state === "lost"
  useEffect(() => {
    if (!isLost) return
    const timer = setInterval(() => again((count) => count + 1), 1_000)
    return () => clearInterval(timer)
  }, [isLost])
  if (line.state === "lost") {
    return <span className="lamp lost">{t.lost(lasting(language, Date.now() - line.since))}</span>
  }
  if (line.state !== "live" || at === undefined) return <span className="lamp">{t.connecting}</span>
  return <span className="lamp live">{t.live(clock(language, at))}</span>
}

/** Its own component: it alone follows the clock. */
const LiveLamp = () => {
  const { line, picture } = useLive()
  return <Lamp at={picture?.at} line={line} />
}

interface Props {
  readonly view: View | undefined
  readonly who: Who | undefined
  readonly onLeave: () => void
}

export const Header = ({ onLeave, view, who }: Props) => {
  const t = useTexts(texts)
  const present = useRef<HTMLLIElement>(null)
  const { language } = useLanguage()
  // On a phone the line is longer than the screen.
  useEffect(() => {
    // Some browsers answer with a promise, which React would take for a clean-up.
    void present.current?.scrollIntoView({ block: "nearest", inline: "center" })
  }, [view, language])
  return (
    <header className="top">
      <a
        className="skip"
        href="#main"
        onClick={(event) => {
          event.preventDefault()
          document.getElementById("main")?.focus()
        }}
      >
        {t.skip}
      </a>
      <Wordmark />
      {who?.simulated === true && <span className="simulated">{t.simulated}</span>}
      {view !== undefined && (
        <nav aria-label={t.views}>
          <ol className="stations">
            {views.map((each) => (
              <li key={each} ref={each === view ? present : undefined}>
                <a href={`#${each}`} aria-current={each === view ? "page" : undefined}>{t[each]}</a>
              </li>
            ))}
          </ol>
        </nav>
      )}
      <div className="aside">
        {view !== undefined && <LiveLamp />}
        <LanguageChoice />
        <ThemeChoice />
        {view !== undefined && (
          <button type="button" className="plain" title={who && t.who(who.key, t[who.rights])} onClick={onLeave}>
            {t.leave}
          </button>
        )}
      </div>
    </header>
  )
}
