/** What must hold of the files in deploy/, each by the program that reads them in earnest. */
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseAllDocuments } from "yaml"
import { folder, root, run, type Tool } from "./Tools.ts"
import * as Tools from "./Tools.ts"

export interface Check {
  readonly name: string
  /** Throws with what is wrong; undefined where a program that it needs cannot be had. */
  readonly run: () => string | undefined
}

const chart = "deploy/helm/aiguilleur"

/** Needs all of these tools. */
const having = <const T extends ReadonlyArray<() => Tool>>(
  tools: T,
  run: (...found: { readonly [I in keyof T]: string }) => string
) =>
(): string | undefined => {
  const found = tools.map((tool) => tool())
  return found.includes(undefined) ? undefined : run(...found as { readonly [I in keyof T]: string })
}

const values: ReadonlyArray<readonly [what: string, file: string]> = [
  ["the consortium's values, unchanged", "fixtures/config/helm-values.yaml"],
  ["every part switched on", "fixtures/config/helm-all.yaml"]
]

const template = (helm: string, ...args: ReadonlyArray<string>): string =>
  run(helm, ["template", "aiguilleur", chart, "--kube-version", "1.34.0", ...args])

const rendered = (helm: string, file: string): string => template(helm, "--values", file)

/** Custom resources of the Prometheus operator, of which Kubernetes knows nothing. */
const custom = ["ServiceMonitor", "PrometheusRule"]

const secrets = { UNIV_A_TOKEN: "token-of-univ-a", MOODLE_KEY: "key-of-moodle-0123456789" }

/** The configuration in what was rendered, read by the program itself. */
const configuration = (text: string): string => {
  for (const document of parseAllDocuments(text)) {
    const file: unknown = document.getIn(["stringData", "aiguilleur.yaml"])
    if (typeof file !== "string") continue
    const path = join(folder, "aiguilleur.yaml")
    writeFileSync(path, file)
    Object.assign(process.env, secrets)
    return run("node", ["packages/http/src/main.ts", "check-config", path]).trim().split("\n").at(0)!.replace(
      path,
      "it"
    )
  }
  throw new Error("no secret has an aiguilleur.yaml")
}

const refuses = (helm: string, what: string, ...set: ReadonlyArray<string>): void => {
  try {
    template(helm, ...set.flatMap((value) => ["--set", value]))
  } catch {
    return
  }
  throw new Error(`the chart takes ${what}`)
}

export const checks: ReadonlyArray<Check> = [
  ...values.flatMap(([what, file]): ReadonlyArray<Check> => [
    {
      name: `helm lint: ${what}`,
      run: having(
        [Tools.helm],
        (helm) => run(helm, ["lint", "--strict", chart, "--values", file]).split("\n").at(-2) ?? ""
      )
    },
    {
      name: `kubeconform: ${what}`,
      run: having([Tools.helm, Tools.kubeconform, Tools.schemas], (helm, kubeconform, schemas) =>
        run(kubeconform, [
          "-strict",
          "-summary",
          "-skip",
          custom.join(","),
          "-schema-location",
          `${schemas}/{{.ResourceKind}}{{.KindSuffix}}.json`
        ], rendered(helm, file)).trim())
    },
    {
      name: `check-config: ${what}`,
      run: having([Tools.helm], (helm) => configuration(rendered(helm, file)))
    }
  ]),
  {
    name: "values that are wrong are refused",
    run: having([Tools.helm], (helm) => {
      refuses(helm, "a database that is no PostgreSQL", "database.url=mysql://host/database")
      refuses(helm, "a misspelt section of its own", "ingress.enable=true")
      refuses(helm, "models within config", "config.models[0].name=m")
      refuses(helm, "an ingress without a host", "ingress.enabled=true")
      return "four of four"
    })
  },
  {
    name: "promtool: alerts",
    run: having(
      [Tools.promtool],
      (promtool) => run(promtool, ["check", "rules", "deploy/prometheus/alerts.yml"]).trim().split("\n").at(-1)!.trim()
    )
  },
  {
    name: "promtool: Prometheus' configuration",
    run: having([Tools.promtool], (promtool) => {
      run(promtool, ["check", "config", "--syntax-only", "deploy/prometheus/prometheus.yml"])
      return "valid"
    })
  },
  {
    name: "hadolint: Dockerfile",
    run: having([Tools.hadolint], (hadolint) => {
      run(hadolint, ["Dockerfile"])
      return "nothing to say"
    })
  },
  {
    name: "dclint: compose.yml",
    run: having([Tools.dclint], (dclint) => {
      // Warnings are about the order of keys.
      run(dclint, ["--quiet", join(root, "compose.yml")])
      return "no errors"
    })
  }
]
