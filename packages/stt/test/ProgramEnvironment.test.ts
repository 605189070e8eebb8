import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs/promises"
import * as os from "node:os"
import * as path from "node:path"
import { decode } from "../src/audio/Decoding.ts"
import { environment } from "../src/audio/ProgramEnvironment.ts"
import { WhisperProcess } from "../src/embedded/WhisperProcess.ts"
import { probe } from "../src/media/Probe.ts"

const secret = "sk-0123456789"

it("tells programs that read strangers' media where things are, and no secret", () => {
  const useful = { PATH: "/bin", LANG: "fr_FR.UTF-8", LC_ALL: "C", TMPDIR: "/tmp", OMP_NUM_THREADS: "2" }
  const ours = {
    DATABASE_URL: "postgres://u:secret@db/",
    AIGUILLEUR_STT_SECRET: "secret",
    MOODLE: secret,
    AWS_SECRET_ACCESS_KEY: "secret",
    NODE_OPTIONS: "--require /tmp/x.js",
    LD_PRELOAD: "/tmp/x.so",
    MYPATH: "secret"
  }
  assert.deepStrictEqual(environment({ ...useful, ...ours }), useful)
})

it.runIf(process.platform === "linux")("starts none of them with a secret", async () => {
  const folder = await fs.mkdtemp(path.join(os.tmpdir(), "environment-"))
  try {
    process.env.MOODLE = secret
    process.env.FFMPEG_PATH = path.join(folder, "ffmpeg")
    for (const name of ["ffmpeg", "ffprobe"]) {
      await fs.writeFile(path.join(folder, name), `#!/bin/sh\nenv > "$0.environment"\necho "{}"\n`, { mode: 0o755 })
    }
    await Effect.runPromise(Effect.ignore(decode("medium", path.join(folder, "samples"))))
    await Effect.runPromise(Effect.ignore(probe("medium")))
    const whisper = new WhisperProcess()
    const told = await fs.readFile(`/proc/${whisper.pid}/environ`, "utf8")
    whisper.end()
    const files = ["ffmpeg", "ffprobe"].map((name) => fs.readFile(path.join(folder, `${name}.environment`), "utf8"))
    for (const text of [told, ...await Promise.all(files)]) {
      assert.include(text, "PATH=")
      assert.notInclude(text, secret)
    }
  } finally {
    await fs.rm(folder, { recursive: true })
  }
})
