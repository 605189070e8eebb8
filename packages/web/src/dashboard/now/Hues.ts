/** A colour for each organisation, the same all over the page for as long as it is open. */

import type { Picture } from "../session/Picture.ts"

const many = 12
const places = new Map<string, number>()

/** Names get their place in alphabetical order when the first picture comes, and in order of appearance later. */
export const introduce = ({ models, pools, servers }: Picture): void => {
  if (places.size > 0) return
  const names = new Set([
    ...Array.from(servers.values(), ({ organisation }) => organisation),
    ...Array.from(models.values(), ({ running, waiting }) => [...running, ...waiting].map(([name]) => name)).flat(),
    ...Array.from(pools.values(), ({ shares }) => shares.map(({ organisation }) => organisation)).flat()
  ])
  for (const name of [...names].toSorted()) places.set(name, places.size)
}

const placeOf = (organisation: string): number => {
  if (!places.has(organisation)) places.set(organisation, places.size)
  return places.get(organisation)!
}

/** A class that sets `--hue`. */
export const hueOf = (organisation: string): string => `hue-${placeOf(organisation) % many}`
