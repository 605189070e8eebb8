/** The organisations of the consortium: as listed, or else as servers and keys name them. */
import type { Organisation } from "@aiguilleur/core/Organisation"
import type { ConfigFile } from "./ConfigFile.ts"
import type { Path, Report } from "./Report.ts"
import { hint } from "./Suggestion.ts"

/**
 * With a list, every organisation must be on it, so that a typing error does not found a new one; without, each that
 * is named comes into being with weight 1.
 */
export const organisations = (
  file: ConfigFile,
  incomplete: ReadonlySet<string>,
  report: Report
): Array<Organisation> => {
  const listed = new Map<string, Organisation>()
  file.organisations?.forEach((organisation, o) => {
    if (organisation === null) return
    if (listed.has(organisation.name)) {
      report.error(["organisations", o, "name"], `"${organisation.name}" is listed twice`)
    }
    listed.set(organisation.name, organisation)
  })
  const isListed = (file.organisations?.length ?? 0) > 0
  const reported = new Set<string>()
  for (const { name, path } of mentions(file)) {
    if (listed.has(name)) continue
    if (!isListed) {
      listed.set(name, { name, weight: 1 })
      continue
    }
    if (incomplete.has("organisations")) continue
    const known = hint(name, [...listed.keys()])
    report.error(path, `"${name}" is not listed under \`organisations\`${reported.has(name) ? "" : known}`)
    reported.add(name)
  }
  return [...listed.values()]
}

const mentions = (file: ConfigFile): Array<{ readonly name: string; readonly path: Path }> => [
  ...file.models.flatMap((model, m) =>
    (model?.servers ?? []).flatMap((server, s) => {
      const name = server?.organisation
      return name === undefined ? [] : [{ name, path: ["models", m, "servers", s, "organisation"] }]
    })
  ),
  ...file.keys.flatMap((key, k) => key === null ? [] : [{ name: key.organisation, path: ["keys", k, "organisation"] }])
]
