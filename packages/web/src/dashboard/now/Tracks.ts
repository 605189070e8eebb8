/** Where the tracks of a yard lie: sidings on the left, platforms on the right, and the throat between them. */

export interface Plan {
  readonly width: number
  readonly height: number
  /** Middle of each siding, the most urgent first, and of each platform. */
  readonly sidings: ReadonlyArray<number>
  readonly platforms: ReadonlyArray<number>
  /** Where everything passes. */
  readonly neck: number
}

const chamfer = 9

const middles = (count: number, size: number, from: number): ReadonlyArray<number> =>
  Array.from({ length: count }, (_, place) => from + (place + 0.5) * size)

/** The shorter side is centred on the longer one, so that the neck is in the middle of both. */
export const plan = (
  width: number,
  sidings: readonly [count: number, height: number],
  platforms: readonly [count: number, height: number]
): Plan => {
  const [left, right] = [sidings[0] * sidings[1], platforms[0] * platforms[1]]
  const height = Math.max(left, right, 1)
  return {
    width,
    height,
    sidings: middles(...sidings, Math.min((height - left) / 2, 24)),
    platforms: middles(...platforms, 0),
    neck: Math.round(Math.min((height - left) / 2, 24) + left / 2)
  }
}

export type Point = readonly [x: number, y: number]

const trunks = ({ width }: Plan): readonly [left: number, right: number] => [width * 0.34, width * 0.66]

/** From a track to the neck by a trunk, cornered as points are. */
const branch = (from: number, trunk: number, y: number, neck: number): ReadonlyArray<Point> => {
  const gap = Math.abs(neck - y)
  const way = Math.sign(neck - y)
  const away = Math.sign(trunk - from)
  if (gap < 1) return [[from, y], [trunk, neck]]
  const cut = Math.min(chamfer, gap / 2)
  return [[from, y], [trunk - away * cut, y], [trunk, y + way * cut], [trunk, neck - way * cut], [
    trunk + away * cut,
    neck
  ]]
}

/** The way of a request from its siding to its platform. */
export const route = (plan: Plan, siding: number, platform: number): ReadonlyArray<Point> => {
  const [left, right] = trunks(plan)
  const { neck, platforms, sidings, width } = plan
  return [
    ...branch(0, left, sidings[siding] ?? neck, neck),
    ...branch(width, right, platforms[platform] ?? neck, neck).toReversed()
  ]
}

const line = (points: ReadonlyArray<Point>): string => `M${points.map(([x, y]) => `${x.toFixed(1)} ${y}`).join("L")}`

export const siding = (plan: Plan, place: number): string =>
  line(branch(0, trunks(plan)[0], plan.sidings[place]!, plan.neck))

export const platform = (plan: Plan, place: number): string =>
  line(branch(plan.width, trunks(plan)[1], plan.platforms[place]!, plan.neck))

export const neck = (plan: Plan): string => {
  const [left, right] = trunks(plan)
  return line([[left - chamfer, plan.neck], [right + chamfer, plan.neck]])
}

/** Where the points are set. */
export const points = (plan: Plan): Point => [plan.width / 2, plan.neck]

export const lengthOf = (points: ReadonlyArray<Point>): number =>
  points.slice(1).reduce((sum, [x, y], place) => sum + Math.hypot(x - points[place]![0], y - points[place]![1]), 0)

/** So far along the way. */
export const along = (points: ReadonlyArray<Point>, distance: number): Point => {
  let left = distance
  for (let place = 1; place < points.length; place++) {
    const [fromX, fromY] = points[place - 1]!
    const [x, y] = points[place]!
    const length = Math.hypot(x - fromX, y - fromY)
    if (left <= length && length > 0) return [fromX + (x - fromX) * left / length, fromY + (y - fromY) * left / length]
    left -= length
  }
  return points.at(-1)!
}
