/** Media in any S3-compatible bucket. */
import { DeleteObjectCommand, GetObjectCommand, S3Client } from "@aws-sdk/client-s3"
import { Upload } from "@aws-sdk/lib-storage"
import { Effect, Layer, Redacted } from "effect"
import { createReadStream } from "node:fs"
import * as fs from "node:fs/promises"
import type { Readable } from "node:stream"
import type { Bucket } from "../Settings.ts"
import { MediaStore, MediaStoreError } from "./MediaStore.ts"

const attempt = <A>(use: (signal: AbortSignal) => Promise<A>) =>
  Effect.tryPromise({ try: use, catch: (cause) => new MediaStoreError({ cause }) })

const clientOf = ({ accessKeyId, endpoint, region, secretAccessKey }: Bucket) =>
  new S3Client({
    region,
    // Buckets outside of Amazon are paths, not host names, and know no newer checksums.
    ...(endpoint === undefined ? {} : { endpoint, forcePathStyle: true }),
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
    ...(accessKeyId === undefined || secretAccessKey === undefined
      ? {}
      : { credentials: { accessKeyId, secretAccessKey: Redacted.value(secretAccessKey) } })
  })

export const layer = (bucket: Bucket) =>
  Layer.effect(
    MediaStore,
    Effect.gen(function*() {
      const client = yield* Effect.acquireRelease(
        Effect.sync(() => clientOf(bucket)),
        (client) => Effect.sync(() => client.destroy())
      )
      const object = (key: string) => ({ Bucket: bucket.bucket, Key: key })
      return MediaStore.of({
        adopt: (from, key, mime) =>
          attempt(async (signal) => {
            const upload = new Upload({
              client,
              params: { ...object(key), Body: createReadStream(from), ContentType: mime },
              queueSize: 2,
              partSize: 8 * 1024 * 1024
            })
            const abort = () => void upload.abort()
            signal.addEventListener("abort", abort, { once: true })
            await upload.done().finally(() => signal.removeEventListener("abort", abort))
            await fs.rm(from, { force: true })
          }),
        open: (key) =>
          attempt(async (abortSignal) => {
            try {
              const found = await client.send(new GetObjectCommand(object(key)), { abortSignal })
              return { size: found.ContentLength ?? 0, stream: found.Body as Readable }
            } catch (error) {
              if (error instanceof Error && (error.name === "NoSuchKey" || error.name === "NotFound")) return undefined
              throw error
            }
          }),
        remove: (key) => Effect.asVoid(attempt(() => client.send(new DeleteObjectCommand(object(key)))))
      })
    })
  )
