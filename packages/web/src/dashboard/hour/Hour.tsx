/** The last hour: what was asked, how long it took, and what was not served. */
import { useMemo, useState } from "react"
import { useTexts } from "../../page/Language.tsx"
import { Toggle } from "../../page/Toggle.tsx"
import { hueOf } from "../now/Hues.ts"
import { useAnswer } from "../session/useAnswer.ts"
import type { Hour as Answer, Series } from "../wire/Hour.ts"
import { Chart } from "./Chart.tsx"
import { HourTable } from "./HourTable.tsx"
import { Refusals } from "./Refusals.tsx"

const texts = {
  title: { en: "Last hour", fr: "Dernière heure" },
  by: { en: "A line for each", fr: "Une ligne par" },
  organisation: { en: "organisation", fr: "organisation" },
  model: { en: "model", fr: "modèle" },
  loading: { en: "Reading the last hour…", fr: "Lecture de la dernière heure…" },
  problem: { en: "The last hour could not be read:", fr: "La dernière heure n’a pas pu être lue :" },
  memory: {
    en: "Remembered by this gateway alone, since it started.",
    fr: "Retenu par cette seule passerelle, depuis son démarrage."
  },
  table: {
    en: "From the usage table, of all gateways.",
    fr: "D’après la table d’usage, toutes passerelles confondues."
  },
  all: { en: "all", fr: "tout" },
  others: { en: "others", fr: "autres" },
  unknown: { en: "(no such model)", fr: "(pas de tel modèle)" },
  requests: { en: "Requests", fr: "Requêtes" },
  requestsNote: { en: "that ended, each minute", fr: "terminées, chaque minute" },
  tokens: { en: "Tokens", fr: "Jetons" },
  tokensNote: { en: "prompts and answers, each minute", fr: "questions et réponses, chaque minute" },
  wait: { en: "Wait", fr: "Attente" },
  waitNote: { en: "until a server was granted, 95th percentile", fr: "jusqu’à l’octroi d’un serveur, 95e centile" },
  ttft: { en: "Time to first token", fr: "Délai du premier jeton" },
  ttftNote: { en: "from the grant, 95th percentile", fr: "depuis l’octroi, 95e centile" },
  unserved: { en: "Not served", fr: "Non servies" },
  unservedNote: { en: "refused, evicted or failed, each minute", fr: "refusées, expulsées ou échouées, chaque minute" }
}

const charts = [
  { name: "requests", unit: "count", stacked: true },
  { name: "tokens", unit: "count", stacked: true },
  { name: "wait", unit: "millis", stacked: false },
  { name: "ttft", unit: "millis", stacked: false },
  { name: "unserved", unit: "count", stacked: true }
] as const

type By = "organisation" | "model"

const hueOfSeries = ({ name, of }: Series, by: By, place: number): string | undefined => {
  if (of !== "one") return of === "others" ? "hue-11" : undefined
  return by === "organisation" ? hueOf(name!) : `hue-${(place - 1) % 11}`
}

const Charts = ({ by, hour }: { readonly by: By; readonly hour: Answer }) => {
  const t = useTexts(texts)
  const drawn = useMemo(() => {
    const nameOf = ({ name, of }: Series) => of === "one" ? name === "" ? t.unknown : name! : t[of]
    return charts.map(({ name, stacked, unit }) => ({
      title: t[name],
      note: t[`${name}Note`],
      from: hour.from,
      unit,
      stacked,
      lines: hour.series.map((series, place) => ({
        label: nameOf(series),
        hue: hueOfSeries(series, by, place),
        values: series[name],
        of: series.of
      })).filter(({ of }) => !stacked || of !== "all")
    }))
  }, [hour, by, t])
  return (
    <div className="charts">
      {drawn.map((chart) => <Chart key={chart.title} {...chart} />)}
      <Refusals refusals={hour.refusals} />
    </div>
  )
}

export const Hour = () => {
  const t = useTexts(texts)
  const [by, setBy] = useState<By>("organisation")
  const { problem, value } = useAnswer<Answer>(`hour?by=${by}`)
  return (
    <div className="hour">
      <div className="title">
        <h1>{t.title}</h1>
        <Toggle
          legend={t.by}
          options={[["organisation", t.organisation], ["model", t.model]]}
          value={by}
          onChange={setBy}
        />
      </div>
      {problem !== undefined && (
        <p role="alert" className="problem">
          {t.problem} <span lang="en">{problem.message}</span>
        </p>
      )}
      {value === undefined
        ? problem === undefined && <p className="soft loading">{t.loading}</p>
        : (
          <>
            <p className="soft">{t[value.source]}</p>
            <Charts hour={value} by={by} />
            <HourTable rows={value.rows} />
          </>
        )}
    </div>
  )
}
