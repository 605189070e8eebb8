/** The sidings of a yard: one for each priority, its waiting requests lined up towards the throat by organisation. */
import { count as written } from "../../page/Format.ts"
import { useLanguage, useTexts } from "../../page/Language.tsx"
import type { Group } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"

const texts = {
  priority: { en: (priority: number) => `Priority ${priority}`, fr: (priority: number) => `Priorité ${priority}` },
  scale: {
    en: (cars: string) => `Full width: ${cars} requests`,
    fr: (cars: string) => `Pleine largeur : ${cars} requêtes`
  },
  waiting: {
    en: (organisation: string, waiting: string) => `${organisation}: ${waiting} waiting`,
    fr: (organisation: string, waiting: string) => `${organisation} : ${waiting} en attente`
  }
}

/** So many requests fill a siding; it grows by steps, so that it does not twitch. */
const steps = [20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 1_000_000]

/** From here on cars are drawn as one block for each organisation. */
const mostCars = 50

interface Props {
  readonly waiting: ReadonlyArray<Group>
  readonly bestPriority: number
}

export const Queue = ({ bestPriority, waiting }: Props) => {
  const t = useTexts(texts)
  const { language } = useLanguage()
  const priorities = Array.from({ length: bestPriority + 1 }, (_, place) => bestPriority - place)
  const totals = priorities.map((priority) =>
    waiting.reduce((sum, [, of, count]) => sum + (of === priority ? count : 0), 0)
  )
  const longest = Math.max(...totals)
  const scale = steps.find((step) => step >= longest) ?? longest
  return (
    <div className="queue" data-single={scale <= mostCars || undefined} title={t.scale(written(language, scale))}>
      {priorities.map((priority, place) => (
        <div key={priority} className="siding" data-empty={totals[place] === 0 || undefined}>
          <span className="place" title={t.priority(priority)}>
            <span className="unseen">{t.priority(priority)}</span>
            <b aria-hidden="true">{priority}</b>
          </span>
          <span className="count">{written(language, totals[place]!)}</span>
          <span className="consist">
            {waiting.filter(([, of]) =>
              of === priority
            ).toSorted(([, , a], [, , b]) =>
              b - a
            )
              .map(([organisation, , count]) => (
                <span
                  key={organisation}
                  className={`cars-of ${hueOf(organisation)}`}
                  style={{ width: `${100 * count / scale}%`, "--cars": count } as React.CSSProperties}
                  title={t.waiting(organisation, written(language, count))}
                >
                  <span translate="no">{organisation}</span>
                </span>
              ))}
          </span>
        </div>
      ))}
    </div>
  )
}
