/** What a metric is, said once: for those who scrape it, and for the page that explains it. */

export interface Definition {
  readonly name: string
  readonly type: "counter" | "gauge" | "histogram"
  readonly unit: string
  readonly help: string
  readonly labels: ReadonlyArray<string>
  /** Upper bounds of a histogram's buckets. */
  readonly bounds: ReadonlyArray<number>
}

const define = (type: Definition["type"], bounds: ReadonlyArray<number> = []) =>
(
  name: string,
  unit: string,
  help: string,
  ...labels: ReadonlyArray<string>
): Definition => ({ name, type, unit, help, labels, bounds })

export const counter = define("counter")
export const gauge = define("gauge")
export const histogram = (bounds: ReadonlyArray<number>) => define("histogram", bounds)
