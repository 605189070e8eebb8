/** The transcription service by step: what waits, what is worked on, how long it takes, how it ends. */
import { Overview } from "@aiguilleur/stt/enrichment/Overview"
import { Clock, Effect, Layer } from "effect"
import { gauge } from "./Definition.ts"
import { Metrics } from "./Metrics.ts"

export const definitions = {
  jobs: gauge(
    "aiguilleur_transcription_jobs",
    "jobs",
    "Jobs of the transcription service at a step (upload, transcription, enrichment, translation, evaluation), waiting " +
      "or running",
    "step",
    "state"
  ),
  oldest: gauge(
    "aiguilleur_transcription_oldest_waiting_seconds",
    "seconds",
    "How long ago the job was asked for that has waited longest at the step; 0 where none waits",
    "step"
  ),
  took: gauge(
    "aiguilleur_transcription_step_seconds",
    "seconds",
    "How long the step took, of jobs that left it within the last hour: the median and the 95th percentile",
    "step",
    "quantile"
  ),
  ended: gauge(
    "aiguilleur_transcription_ended_last_hour",
    "jobs",
    "Jobs that ended within the last hour: success or failure",
    "result"
  ),
  media: gauge(
    "aiguilleur_transcription_media_seconds_last_hour",
    "seconds",
    "Length of the media of the jobs that succeeded within the last hour"
  )
}

export const layer = Layer.effectDiscard(Effect.gen(function*() {
  const metrics = yield* Metrics
  const overview = yield* Overview
  metrics.also((text) =>
    Effect.gen(function*() {
      const { ended, stations } = yield* overview.read
      const now = yield* Clock.currentTimeMillis
      for (const { oldestWaiting, running, seconds, station, waiting } of stations) {
        text.add(definitions.jobs, waiting, station, "waiting")
        text.add(definitions.jobs, running, station, "running")
        text.add(definitions.oldest, oldestWaiting === null ? 0 : Math.max(0, now - oldestWaiting) / 1_000, station)
        for (const [place, quantile] of ["0.5", "0.95"].entries()) {
          if (seconds !== null) text.add(definitions.took, seconds[place as 0 | 1], station, quantile)
        }
      }
      text.add(definitions.ended, ended.success, "success")
      text.add(definitions.ended, ended.failure, "failure")
      text.add(definitions.media, ended.mediaSeconds)
      // A database that is away has a metric of its own.
    }).pipe(Effect.timeout("2 seconds"), Effect.ignore)
  )
}))
