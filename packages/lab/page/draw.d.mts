/** What the drawing script expects; it is plain JavaScript, because a report carries it as it is. */
import type { Chart } from "../src/report/Charts.ts"
import type uPlot from "uplot"

export declare const draw: (plot: typeof uPlot, root: ParentNode, charts: ReadonlyArray<Chart>) => () => void
