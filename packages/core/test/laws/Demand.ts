/** What a run insists on: all laws and the core's own books, or one law alone, so that each can show its teeth. */

/** A law that does not hold; thrown, so that the rest of the history is not looked at. */
export class Broken extends Error {}

export interface Demand {
  /** One law alone; what breaks another, or only the core's books, is passed over. */
  readonly law?: number
  /** Comparing everything with everything takes most of the time: at one decision in so many, and at the end. */
  readonly every?: number
}

export const demand = (fault: string | undefined, { law }: Demand): void => {
  if (fault === undefined) return
  if (law === undefined || fault.startsWith(`law ${law}:`)) throw new Broken(fault)
}
