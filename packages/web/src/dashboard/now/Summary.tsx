/** Five figures that say how the service stands. */
import { count, span } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Picture } from "../session/Picture.ts"

const texts = {
  title: { en: "How it stands", fr: "L’état du service" },
  waiting: { en: "waiting", fr: "en attente" },
  running: { en: "running", fr: "en cours" },
  slots: { en: (slots: string) => `of ${slots} slots`, fr: (slots: string) => `sur ${slots} places` },
  longest: { en: "longest wait", fr: "plus longue attente" },
  pace: { en: "granted a minute", fr: "servies par minute" },
  servers: { en: "servers take work", fr: "serveurs en service" },
  of: { en: (all: string) => `of ${all}`, fr: (all: string) => `sur ${all}` }
}

export const Summary = ({ picture }: { readonly picture: Picture }) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const models = [...picture.models.values()]
  const servers = [...picture.servers.values()]
  const groups = models.flatMap(({ waiting }) => waiting)
  const waiting = groups.reduce((sum, [, , count]) => sum + count, 0)
  const oldest = Math.min(picture.at, ...groups.map(([, , , oldest]) => oldest))
  const figures = [
    ["waiting", count(language, waiting), ""],
    ["longest", waiting === 0 ? "–" : span(language, picture.at - oldest), ""],
    [
      "running",
      count(language, servers.reduce((sum, { leases }) => sum + leases, 0)),
      t.slots(count(language, servers.reduce((sum, { maxConcurrent }) => sum + maxConcurrent, 0)))
    ],
    ["pace", count(language, models.reduce((sum, { pace }) => sum + pace, 0)), ""],
    [
      "servers",
      count(language, servers.filter(({ state }) => state === "up" || state === "half-open").length),
      t.of(count(language, servers.length))
    ]
  ] as const
  return (
    <dl className="summary" aria-label={t.title}>
      {figures.map(([name, value, of]) => (
        <div key={name}>
          <dt>{t[name]}</dt>
          <dd>
            {value} {of !== "" && <small>{of}</small>}
          </dd>
        </div>
      ))}
    </dl>
  )
}
