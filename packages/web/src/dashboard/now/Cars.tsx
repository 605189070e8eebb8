/** Requests on their way through the throat, as cars that run from their siding to their platform. */
import { useEffect, useRef } from "react"
import type { Flow } from "../wire/Live.ts"
import { hueOf } from "./Hues.ts"
import type { Plan, Point } from "./Tracks.ts"
import { along, lengthOf, route } from "./Tracks.ts"

/** Pixels per millisecond. */
const speed = 0.32

/** More could not be told apart, and a slow machine has to draw them too. */
const mostCars = 60

/** Cars of one frame leave within its quarter of a second. */
const period = 250

interface Car {
  readonly points: ReadonlyArray<Point>
  readonly length: number
  readonly departs: number
  readonly colour: string
}

/** The colours of a class, looked up once. */
const colours = new Map<string, string>()

const colourOf = (organisation: string, beside: Element): string => {
  const hue = hueOf(organisation)
  const id = `${hue} ${document.documentElement.dataset["theme"]} ${matchMedia("(prefers-color-scheme: dark)").matches}`
  let colour = colours.get(id)
  if (colour === undefined) {
    const probe = document.createElement("i")
    probe.className = hue
    beside.parentElement!.append(probe)
    colour = getComputedStyle(probe).backgroundColor
    probe.remove()
    colours.set(id, colour)
  }
  return colour
}

const draw = (canvas: HTMLCanvasElement, { height, width }: Plan, cars: ReadonlyArray<Car>, now: number): void => {
  const scale = devicePixelRatio
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale)
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale)
  const context = canvas.getContext("2d")!
  context.setTransform(scale, 0, 0, scale, 0, 0)
  context.clearRect(0, 0, width, height)
  for (const { colour, departs, points } of cars) {
    if (now < departs) continue
    const distance = (now - departs) * speed
    const [x, y] = along(points, distance)
    const [behindX, behindY] = along(points, Math.max(0, distance - 9))
    context.strokeStyle = colour
    context.lineWidth = 5
    context.lineCap = "round"
    context.beginPath()
    context.moveTo(behindX, behindY)
    context.lineTo(x, y)
    context.stroke()
  }
}

interface Props {
  readonly plan: Plan
  /** When these left: the time of their frame. */
  readonly at: number
  readonly flow: ReadonlyArray<Flow>
  /** The siding of a priority, and the platform of a server. */
  readonly sidingOf: (priority: number) => number
  readonly platformOf: (server: string) => number
}

export const Cars = ({ at, flow, plan, platformOf, sidingOf }: Props) => {
  const canvas = useRef<HTMLCanvasElement>(null)
  const cars = useRef<Array<Car>>([])
  const running = useRef(false)
  const latest = useRef(plan)
  latest.current = plan

  useEffect(() => {
    const element = canvas.current
    if (element === null || flow.length === 0 || matchMedia("(prefers-reduced-motion: reduce)").matches) return
    const now = performance.now()
    const total = flow.reduce((sum, [, , , , count]) => sum + count, 0)
    let place = 0
    for (const [, organisation, priority, server, count] of flow) {
      const platform = platformOf(server)
      if (platform < 0) continue
      const points = route(plan, sidingOf(priority), platform)
      const shown = total > mostCars ? Math.ceil(count * mostCars / total) : count
      for (let car = 0; car < shown && cars.current.length < 3 * mostCars; car++) {
        cars.current.push({
          points,
          length: lengthOf(points),
          departs: now + period * (place++ / Math.min(total, mostCars)),
          colour: colourOf(organisation, element)
        })
      }
    }
    const step = () => {
      const time = performance.now()
      cars.current = cars.current.filter(({ departs, length }) => (time - departs) * speed < length)
      if (canvas.current !== null) draw(canvas.current, latest.current, cars.current, time)
      running.current = cars.current.length > 0 && canvas.current !== null
      if (running.current) requestAnimationFrame(step)
    }
    if (!running.current) {
      running.current = true
      requestAnimationFrame(step)
    }
    // A frame's flow is let go once, whatever else is drawn anew meanwhile.
  }, [at])

  return <canvas ref={canvas} className="cars" aria-hidden="true" />
}
