/** The file's `stt` section as the transcription service wants it; what is not said is left to its defaults. */
import { Redacted } from "effect"
import type { Transcription } from "./Config.ts"
import type { ConfigFile } from "./ConfigFile.ts"

type Section = ConfigFile["stt"]

const bucketOf = ({ accessKeyId, endpoint, name, region, secretAccessKey }: NonNullable<Section["bucket"]>) => ({
  bucket: name,
  endpoint,
  region,
  accessKeyId: accessKeyId === undefined ? undefined : Redacted.value(accessKeyId),
  secretAccessKey
})

export const transcription = ({ stt }: ConfigFile): Transcription => {
  const { bucket, downloads, fetchHosts, keepMedia, languages, linkTtl, maxUpload, publicUrl, tokenTtl } = stt
  return {
    enabled: stt.enabled,
    settings: {
      workers: stt.workers,
      ...(publicUrl === undefined ? {} : { publicUrl }),
      ...(languages === undefined ? {} : { languages }),
      ...(tokenTtl === undefined ? {} : { tokenTtl: tokenTtl / 1000 }),
      ...(linkTtl === undefined ? {} : { linkMinutes: linkTtl / 60_000 }),
      ...(maxUpload === undefined ? {} : { maxUpload }),
      ...(keepMedia === undefined ? {} : { removeMediaAfterTranscription: !keepMedia }),
      ...(downloads === undefined ? {} : { downloads }),
      ...(fetchHosts === undefined ? {} : { fetchHosts: new Map(fetchHosts) }),
      ...(bucket === undefined ? {} : { bucket: bucketOf(bucket) })
    }
  }
}
