/** The slots of a server as berths on its track, each in the colour of whose request stands there. */
import type { ServerRow } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"

/** More than that are too narrow to be drawn one by one. */
const mostDrawn = 40

const byOrganisation = (holders: ServerRow["holders"]): ReadonlyArray<readonly [string, number]> => {
  const sums = new Map<string, number>()
  for (const [organisation, , count] of holders) sums.set(organisation, (sums.get(organisation) ?? 0) + count)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

export const Berths = ({ server }: { readonly server: ServerRow }) => {
  const { leases, maxConcurrent } = server
  const slots = Math.max(maxConcurrent, leases)
  const own = byOrganisation(server.holders)
  if (slots > mostDrawn) {
    return (
      <span className="berths whole" aria-hidden="true">
        {own.map(([organisation, count]) => (
          <span key={organisation} className={hueOf(organisation)} style={{ width: `${100 * count / slots}%` }} />
        ))}
      </span>
    )
  }
  const taken = own.flatMap(([organisation, count]) => Array.from({ length: count }, () => organisation))
  return (
    <span className="berths" aria-hidden="true">
      {Array.from({ length: slots }, (_, place) => (
        <span
          key={place}
          className={taken[place] === undefined ? "free" : hueOf(taken[place])}
          data-beyond={place >= maxConcurrent || undefined}
        />
      ))}
    </span>
  )
}
