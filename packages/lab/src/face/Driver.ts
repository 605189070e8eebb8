/** Runs an engine by a pace, with one timer, and hands its emissions to those who asked. */
import type { Emission, Engine, Submission } from "../engine/Engine.ts"
import type { Demand, Sequence } from "../engine/Sequence.ts"
import type { Pace } from "./Pace.ts"

export interface Listener {
  readonly emitted: (emission: Emission) => void
  /** All emissions of this turn are out: several tokens share one write. */
  readonly flush: () => void
}

export interface Driver {
  readonly engine: Engine
  /** `open` is called only if the engine accepts, before anything is emitted. */
  readonly submit: (demand: Demand, open: (sequence: Sequence) => Listener) => Submission
  /** Nothing is emitted to the listener from here on. */
  readonly abort: (sequence: Sequence) => void
  readonly pause: () => void
  readonly resume: () => void
  /** One step, while paused. False when there is nothing to do. */
  readonly step: () => boolean
  /** No timer is left; the engine is as it was. */
  readonly dispose: () => void
}

export const make = (engine: Engine, pace: Pace, changed: () => void): Driver => {
  const listeners = new Map<string, Listener>()
  let timer: NodeJS.Timeout | undefined
  let disposed = false

  const deliver = (emissions: ReadonlyArray<Emission>) => {
    if (emissions.length === 0) return
    const touched = new Set<Listener>()
    for (const emission of emissions) {
      const listener = listeners.get(emission.sequence.id)
      if (listener === undefined) continue
      if (emission.finished !== undefined) listeners.delete(emission.sequence.id)
      listener.emitted(emission)
      touched.add(listener)
    }
    for (const listener of touched) listener.flush()
  }

  const arm = () => {
    clearTimeout(timer)
    timer = undefined
    const at = engine.nextEventAt()
    if (at !== undefined && !pace.paused() && !disposed) timer = setTimeout(pump, pace.until(at))
  }

  const pump = () => {
    if (!pace.paused()) deliver(engine.advance(pace.now()))
    arm()
    changed()
  }

  return {
    engine,
    submit: (demand, open) => {
      const submission = engine.submit(pace.now(), demand)
      if (typeof submission !== "string") listeners.set(demand.id, open(submission))
      pump()
      return submission
    },
    abort: (sequence) => {
      listeners.delete(sequence.id)
      engine.abort(pace.now(), sequence)
      // no pump: a fault aborts from within a delivery, which must not begin another
      arm()
      changed()
    },
    pause: () => {
      pump()
      pace.pause()
      arm()
    },
    resume: () => {
      pace.resume()
      pump()
    },
    step: () => {
      if (!pace.paused()) throw new Error("A simulated engine is stepped by hand only while it is paused.")
      const busy = engine.nextEventAt() !== undefined
      const emissions = engine.step()
      pace.moveTo(engine.clock())
      deliver(emissions)
      changed()
      return busy
    },
    dispose: () => {
      disposed = true
      clearTimeout(timer)
      listeners.clear()
    }
  }
}
