/** Recordings through the whole service, by upload and by address, heard by one engine or another. */
import { createReadStream, statSync } from "node:fs"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { basename } from "node:path"
import { assert } from "../engines/Report.ts"
import * as Burden from "./Burden.ts"
import type { Gateway } from "./Gateway.ts"
import type { Lecture } from "./Lecture.ts"
import * as WordErrors from "./WordErrors.ts"

/** A web server that has the recordings. */
export const shelf = async (lectures: ReadonlyArray<Lecture>) => {
  const server = createServer((request, response) => {
    const found = lectures.find(({ file }) => request.url === `/${basename(file)}`)
    if (found === undefined) return response.writeHead(404).end()
    response.writeHead(200, { "content-type": "audio/mpeg", "content-length": statSync(found.file).size })
    createReadStream(found.file).pipe(response)
  })
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, stop: () => server.close() }
}

interface Sentence {
  readonly start: number
  readonly end: number
  readonly text: string
}

const ordered = (sentences: ReadonlyArray<Sentence>, seconds: number): boolean =>
  sentences.every(({ end, start }, index) =>
    start >= (sentences[index - 1]?.start ?? 0) && end >= start && end <= seconds + 0.5
  )

export interface Outcome {
  readonly id: string
  readonly wordErrors: number
  readonly said: string
}

/** `byAddress`: fetched by the service instead of sent to it. */
export const transcribe = async (gateway: Gateway, lecture: Lecture, byAddress: boolean): Promise<Outcome> => {
  const { file, language, said, seconds } = lecture
  const end = Burden.watch(gateway.pid)
  const from = Date.now()
  const medium = byAddress ? { url: `http://media.test/${basename(file)}` } : { file }
  const id = await gateway.submit(medium, { language })
  const { failureCause, status } = await gateway.ended(id)
  const wall = (Date.now() - from) / 1000
  const burden = end()
  assert(status === "SUCCESS", String(failureCause))
  const { transcript } = await gateway.version(id)
  assert(ordered(transcript.sentences, seconds), "sentences out of order")
  const wordErrors = WordErrors.rate(said, transcript.text)
  const percent = (100 * wordErrors).toFixed(1)
  return {
    id,
    wordErrors,
    said: `${seconds.toFixed(0)} s in ${wall.toFixed(0)} s, ${percent} % of the words wrong, ${
      (burden.seconds / seconds).toFixed(2)
    } s of processor for a second, at most ${burden.peak.toFixed(0)} MiB`
  }
}
