/** The file's `stt` section as the transcription service wants it; what is not said is left to its defaults. */
import { defaults } from "@aiguilleur/stt/Settings"
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

const isSaid = (section: object): boolean => Object.keys(section).length > 0

const ownOf = ({ jobs: _, ...said }: Section["own"]) => ({ ...defaults.own, ...said })

export const transcription = ({ stt }: ConfigFile): Transcription => {
  const { bucket, chat, chatWindow, downloads, fetchHosts, keepMedia, languages, linkTtl } = stt
  const { maxUpload, own, publicUrl, speech, tokenTtl, whisper } = stt
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
      ...(bucket === undefined ? {} : { bucket: bucketOf(bucket) }),
      ...(speech === undefined ? {} : { speechModel: speech }),
      ...(chat === undefined ? {} : { chatModel: chat }),
      ...(chatWindow === undefined ? {} : { chatWindow }),
      ...(own.jobs === undefined ? {} : { jobsAtOnce: own.jobs }),
      ...(isSaid(whisper) ? { whisper: { ...defaults.whisper, ...whisper } } : {}),
      ...(isSaid(own) ? { own: ownOf(own) } : {})
    }
  }
}
