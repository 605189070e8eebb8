/** The whole report as one file that needs nothing else. */
import * as Charts from "./Charts.ts"
import { body, escape } from "./Html.ts"
import type { Report } from "./Report.ts"
import { origin } from "./Verdict.ts"

/** Texts that are written into the page: uPlot as a script that defines `uPlot`, its style, our style, our drawing module. */
export interface Assets {
  readonly plotScript: string
  readonly plotStyle: string
  readonly style: string
  readonly draw: string
}

/** Inside a script element nothing may look like its end. */
const inert = (json: string): string => json.replaceAll("<", String.raw`\u003c`)

export const page = (report: Report, assets: Assets): string =>
  `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${escape(report.name)}: simulated by Aiguilleur</title>
<style>${assets.plotStyle}
${assets.style}</style>
</head>
<body>
<header>
<p class="badge">${origin(report)}</p>
<h1>${escape(report.name)}</h1>
<p>${escape(report.description)}</p>
<p class="note">${report.duration} seconds, seed ${report.seed}${
    report.columns.length === 1 ? "" : `; ${report.columns.length} columns side by side`
  }.</p>
</header>
<main>
${body(report)}
</main>
<script type="application/json" id="charts">${inert(JSON.stringify(Charts.charts(report)))}</script>
<script>${assets.plotScript}</script>
<script type="module">${assets.draw}
draw(uPlot, document, JSON.parse(document.getElementById("charts").textContent))
</script>
</body>
</html>
`
