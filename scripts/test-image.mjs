// Runs the Dockerfile's steps one by one in a clean folder, where no container engine is needed, then the product as the
// image would: as another user, its files read-only, until SIGTERM. `npm run test:image`; as root, for the other user.
import { execFileSync, spawn } from "node:child_process"
import { chmodSync, chownSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { parseArgs } from "node:util"

const { values: { keep } } = parseArgs({ options: { keep: { type: "boolean", default: false } } })
const root = dirname(import.meta.dirname)
const place = mkdtempSync(join(tmpdir(), "aiguilleur-image-"))
const isRoot = process.getuid?.() === 0
const user = 1000

/** The image's folders, here. */
const here = (text) => text.replaceAll(/(?<![\w./])\/(src|app|data|etc)\b/g, `${place}/$1`)

/** Instructions, continued lines joined. */
const instructions = readFileSync(join(root, "Dockerfile"), "utf8").replaceAll(/^#.*\n/gm, "").replaceAll("\\\n", " ")
  .split("\n").filter(Boolean).map((line) => /^(\w+) +(.*)$/.exec(line).slice(1))

const all = (name) => instructions.filter(([each]) => each === name).map(([, text]) => text)
const list = (text) => JSON.parse(here(text))

/** What Docker would be sent: names that are let in at the top, less those that are left out anywhere. */
const rules = readFileSync(join(root, ".dockerignore"), "utf8").split("\n")
const isSent = (file) => {
  const parts = file.split("/")
  return rules.includes(`!${parts[0]}`) && !parts.some((part) => rules.includes(`**/${part}`))
}

const say = (line) => console.log(`${Math.round(process.uptime())} s: ${line}`)
const fail = (line) => {
  throw new Error(line)
}

const build = () => {
  let folder = place
  for (const [name, text] of instructions) {
    if (name === "WORKDIR") mkdirSync(folder = here(text), { recursive: true })
    else if (name === "COPY" && text === ". .") {
      const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { cwd: root })
      for (const file of files.toString().split("\0").filter(isSent)) cpSync(join(root, file), join(folder, file))
    } else if (name === "COPY") {
      const [from, to] = here(text.replace(/--from=\S+ /, "")).split(" ")
      cpSync(from, to, { recursive: true, verbatimSymlinks: true })
    } else if (name === "RUN" && text.includes("apt-get")) say("left out, for they are Debian's: media tools")
    else if (name === "RUN") {
      const command = text.replaceAll(/--mount=\S+ /g, "")
      say(command.replaceAll(/ +/g, " "))
      execFileSync("sh", ["-c", command], { cwd: folder, stdio: ["ignore", "ignore", "inherit"] })
    }
  }
}

/** An engine that has written half of an answer. */
const engine = () => {
  let finish
  const asked = new Promise((resolve) => finish = resolve)
  const chunk = (content) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`
  const server = createServer((request, response) => {
    if (request.method !== "POST") return response.end("{}")
    response.writeHead(200, { "content-type": "text/event-stream" }).write(chunk("half"))
    finish(() => response.end(`${chunk(", whole")}data: [DONE]\n\n`))
  })
  return new Promise((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve({ asked, server, url: `http://127.0.0.1:${server.address().port}` }))
  )
}

const run = async () => {
  const { asked, server, url } = await engine()
  for (const name of ["data", "tmp", "etc/aiguilleur"]) mkdirSync(join(place, name), { recursive: true })
  for (const name of ["data", "tmp"]) if (isRoot) chownSync(join(place, name), user, user)
  execFileSync("chmod", ["-R", "a-w,a+rX", join(place, "app"), join(place, "etc")])
  chmodSync(place, 0o755)
  const port = 20_000 + process.pid % 20_000
  const env = { PATH: process.env.PATH, TMPDIR: join(place, "tmp"), HOME: "/nonexistent" }
  for (const pair of all("ENV").flatMap((text) => text.split(/ +/))) {
    const [name, value] = pair.split("=")
    env[name] = here(value).replace("$PATH", process.env.PATH)
  }
  Object.assign(env, { PORT: String(port), HOST: "127.0.0.1", FIRST: "key-of-the-first-caller-0123456789" })
  chmodSync(join(place, "etc/aiguilleur"), 0o755)
  writeFileSync(
    env.AIGUILLEUR_CONFIG,
    `organisations: [{ name: a }]
models: [{ name: m, servers: [{ url: "${url}", kind: openai, organisation: a, maxConcurrent: 4 }] }]
keys: [{ name: first, organisation: a, priority: 1, secret: "\${FIRST}" }]
`
  )
  const as = { cwd: env.AIGUILLEUR_DATA, env, ...(isRoot ? { uid: user, gid: user } : {}) }
  const [program, ...args] = [...list(all("ENTRYPOINT")[0]), ...list(all("CMD")[0])]
  if (program !== "node") fail(`the image starts ${program}`)
  const child = spawn(process.execPath, args, { ...as, stdio: ["ignore", "pipe", "pipe"] })
  let log = ""
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => log += text)
  const ended = new Promise((resolve) => child.once("exit", (code, signal) => resolve(code ?? signal)))
  try {
    const [, command] = /CMD (\[.*\])/.exec(all("HEALTHCHECK")[0])
    const [, ...check] = JSON.parse(command)
    const isHealthy = () => {
      try {
        execFileSync(process.execPath, check, { ...as, stdio: "ignore" })
        return true
      } catch {
        return false
      }
    }
    if (isHealthy()) fail("the health check is content with nothing")
    const until = Date.now() + 60_000
    while (!isHealthy()) if (child.exitCode !== null || Date.now() > until) fail("it does not become healthy")
    say(`healthy, as ${isRoot ? `user ${user}` : "this user"}, its files read-only`)
    const ask = () =>
      fetch(`http://127.0.0.1:${port}/v1/chat/completions`, {
        method: "POST",
        headers: { authorization: `Bearer ${env.FIRST}` },
        body: JSON.stringify({ model: "m", stream: true, messages: [] })
      })
    const response = ask()
    const finish = await asked
    const text = (await response).text()
    child.kill("SIGTERM")
    while (await ask().then(() => true, () => false)) if (child.exitCode !== null) break
    finish()
    if (!(await text).endsWith("data: [DONE]\n\n")) fail(`SIGTERM cut a stream: ${await text}`)
    const code = await ended
    if (code !== 0) fail(`it ended with ${code}`)
    say("SIGTERM: nobody else is let in, the stream that ran is whole, and it ends with 0")
  } catch (error) {
    child.kill("SIGKILL")
    console.error(log.slice(-2_000))
    throw error
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

try {
  build()
  const [size] = execFileSync("du", ["-sm", join(place, "app")]).toString().split("\t")
  say(`the product is ${size} MB, to which the base image and Debian's ffmpeg come`)
  await run()
} finally {
  if (keep) console.log(place)
  else {
    // Whoever is not root could not empty folders that are read-only.
    execFileSync("chmod", ["-R", "u+w", place])
    rmSync(place, { recursive: true, force: true })
  }
}
