/** Takes the present fleet and load into the laboratory, to try what another policy would make of them. */
import { useCallback, useEffect, useId, useState } from "react"
import { clock } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import { json } from "../session/Api.ts"
import * as Session from "../session/Session.ts"
import type { Scenario } from "../wire/Scenario.ts"
import { playground } from "./Address.ts"

const texts = {
  title: { en: "Laboratory", fr: "Laboratoire" },
  intro: {
    en: "What would another policy have made of this morning? Here is the present fleet with the load of the last 15 "
      + "minutes: servers, slots, owners, who asks how often and how long prompts and answers are; nothing of what they "
      + "say. The laboratory plays it in seconds, in your browser, with the dispatcher’s own code and simulated engines.",
    fr: "Qu’aurait fait une autre politique de cette matinée ? Voici le parc présent avec la charge des 15 dernières "
      + "minutes : serveurs, places, propriétaires, qui demande à quel rythme, la longueur des questions et des réponses ; "
      + "rien de leur contenu. Le laboratoire le joue en quelques secondes, dans votre navigateur, avec le code même de "
      + "l’aiguilleur et des moteurs simulés."
  },
  profile: { en: "Engines are taken for", fr: "Les moteurs sont pris pour" },
  guessed: { en: "guessed from each model’s name", fr: "devinés d’après le nom du modèle" },
  again: { en: "Take it again", fr: "Reprendre l’instantané" },
  taken: { en: (at: string) => `taken at ${at}`, fr: (at: string) => `pris à ${at}` },
  scenario: { en: "The scenario; change what you like", fr: "Le scénario ; changez ce que vous voulez" },
  open: { en: "Open in the playground", fr: "Ouvrir dans le banc d’essai" },
  tab: { en: "opens in a new tab, in English", fr: "s’ouvre dans un nouvel onglet, en anglais" },
  download: { en: "Download", fr: "Télécharger" },
  loading: { en: "Taking a picture of the fleet…", fr: "Prise d’un instantané du parc…" },
  problem: { en: "There is nothing to take:", fr: "Il n’y a rien à prendre :" },
  command: { en: "or from the command line:", fr: "ou en ligne de commande :" }
}

const command = "npm run lab -- present.yaml"

const download = (text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "application/yaml" }))
  const link = document.createElement("a")
  link.href = url
  link.download = "present.yaml"
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1_000)
}

interface Taken extends Scenario {
  readonly at: number
}

export const Laboratory = () => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const [profile, setProfile] = useState("")
  const [taken, setTaken] = useState<Taken>()
  const [text, setText] = useState("")
  const [problem, setProblem] = useState<string>()
  const [field, choice] = [useId(), useId()]
  const take = useCallback(async (profile: string) => {
    try {
      const query = profile === "" ? "" : `?profile=${encodeURIComponent(profile)}`
      const scenario = await json<Scenario>(Session.read() ?? "", `scenario${query}`)
      setTaken({ ...scenario, at: Date.now() })
      setText(scenario.text)
      setProblem(undefined)
    } catch (cause) {
      setProblem(cause instanceof Error ? cause.message : String(cause))
    }
  }, [])
  useEffect(() => void take(profile), [take, profile])
  return (
    <div className="laboratory">
      <div className="title">
        <h1>{t.title}</h1>
      </div>
      <p className="measure">{t.intro}</p>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {t.problem} <span lang="en">{problem}</span>
        </p>
      )}
      <p className="controls">
        <label htmlFor={choice}>{t.profile}</label>
        <select id={choice} value={profile} onChange={({ target }) => setProfile(target.value)}>
          <option value="">{t.guessed}</option>
          {taken?.profiles.map((name) => <option key={name} value={name} translate="no">{name}</option>)}
        </select>
        <button type="button" onClick={() => void take(profile)}>{t.again}</button>
        {taken !== undefined && <span className="soft">{t.taken(clock(language, taken.at))}</span>}
      </p>
      {taken === undefined ? problem === undefined && <p className="soft loading">{t.loading}</p> : (
        <>
          <label htmlFor={field}>{t.scenario}</label>
          <textarea
            id={field}
            translate="no"
            spellCheck={false}
            value={text}
            onChange={({ target }) => setText(target.value)}
          />
          <p className="controls">
            <a className="button primary" href={playground(text)} target="_blank" rel="noreferrer">
              {t.open}
              <span className="unseen">{t.tab}</span>
            </a>
            <button type="button" onClick={() => download(text)}>{t.download}</button>
            <span className="soft">
              {t.command} <code translate="no" className="whole">{command}</code>
            </span>
          </p>
        </>
      )}
    </div>
  )
}
