/** The columns of the fault matrix: how the request was made, and how far it had come when something broke. */

export const modes = ["answer", "stream", "early head"] as const
/** An answer in one piece, a stream, or a stream that was told of its wait before there was a server for it. */
export type Mode = typeof modes[number]

export const streaming: ReadonlyArray<Mode> = ["stream", "early head"]

export const fleets = ["beside another", "alone"] as const
/** Whether a second, sound server has the model too. */
export type Fleet = typeof fleets[number]

export const moments = [
  "waiting",
  "connecting",
  "before the first byte",
  "in the middle",
  "after the last byte"
] as const
export type Moment = typeof moments[number]
