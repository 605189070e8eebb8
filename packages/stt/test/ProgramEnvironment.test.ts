import { assert, it } from "@effect/vitest"
import { environment } from "../src/audio/ProgramEnvironment.ts"

it("tells programs that read strangers' media where things are, and no secret", () => {
  const useful = { PATH: "/bin", LANG: "fr_FR.UTF-8", LC_ALL: "C", TMPDIR: "/tmp", OMP_NUM_THREADS: "2" }
  const ours = {
    DATABASE_URL: "postgres://u:secret@db/",
    AIGUILLEUR_STT_SECRET: "secret",
    MOODLE: "sk-secret",
    AWS_SECRET_ACCESS_KEY: "secret",
    NODE_OPTIONS: "--require /tmp/x.js",
    LD_PRELOAD: "/tmp/x.so",
    MYPATH: "secret"
  }
  assert.deepStrictEqual(environment({ ...useful, ...ours }), useful)
})
