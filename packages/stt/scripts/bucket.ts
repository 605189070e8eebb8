/** `npm run stt:bucket`: brings moto, a server that speaks S3, from PyPI, and runs the tests of buckets against it. */
import { spawnSync } from "node:child_process"
import { existsSync } from "node:fs"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../..", import.meta.url))
const folder = `${root}.engines/moto`
const server = `${folder}/bin/moto_server`

const run = (program: string, args: ReadonlyArray<string>, env = process.env) => {
  const { status } = spawnSync(program, args, { cwd: root, stdio: "inherit", env })
  if (status !== 0) process.exit(status ?? 1)
}

if (!existsSync(server)) {
  run("python3", ["-m", "venv", folder])
  run(`${folder}/bin/pip`, ["install", "--quiet", "moto[server,s3]==5.2.5"])
}
run("npx", ["vitest", "run", "packages/stt/test/Bucket.test.ts"], { ...process.env, AIGUILLEUR_TEST_S3: server })
