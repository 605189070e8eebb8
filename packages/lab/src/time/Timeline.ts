/** Where what is to happen is put down by its instant, whether the time is virtual or the wall's. */

export interface Appointment {
  cancelled: boolean
}

/** Milliseconds since the start. */
export interface Timeline {
  readonly now: number
  readonly put: (at: number, run: () => void) => Appointment
}
