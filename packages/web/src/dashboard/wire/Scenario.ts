/** The present fleet and load for the laboratory: `GET /dashboard/api/scenario?profile=…`. */

export interface Scenario {
  /** YAML that the laboratory reads. */
  readonly text: string
  /** What may be asked for. */
  readonly profiles: ReadonlyArray<string>
}
