/** The transcription service: what waits at which step, how long a step takes, and what failed. */
import type { Dashboard } from "./Dashboard.ts"
import { figures, series, stacked } from "./Panel.ts"

const chosen = `step=~"$step"`

const stat = figures(6)

export const transcription: Dashboard = {
  uid: "aiguilleur-transcription",
  title: "Aiguilleur: transcription",
  description: "What waits at which step, how long a step takes, and what failed.",
  variables: [["step", "aiguilleur_transcription_jobs"]],
  rows: [
    {
      title: "Now",
      panels: [
        stat(
          "Jobs waiting",
          "short",
          `sum(aiguilleur_transcription_jobs{${chosen}, state="waiting"})`,
          "Jobs that wait for a worker at any of the chosen steps."
        ),
        stat(
          "Jobs being worked on",
          "short",
          `sum(aiguilleur_transcription_jobs{${chosen}, state="running"})`,
          "Jobs that a worker has."
        ),
        stat(
          "Longest wait",
          "s",
          `max(aiguilleur_transcription_oldest_waiting_seconds{${chosen}})`,
          "How long the job has waited that has waited longest at one of the chosen steps.",
          [900, 3_600]
        ),
        stat(
          "Failed in the last hour",
          "percentunit",
          `sum(aiguilleur_transcription_ended_last_hour{result="failure"}) / clamp_min(sum(aiguilleur_transcription_ended_last_hour), 1)`,
          "Of the jobs that ended within the hour. The page's Transcriptions view says why.",
          [0.05, 0.2]
        )
      ]
    },
    {
      title: "The queue",
      panels: [
        stacked(series(
          "Jobs waiting, by step",
          "short",
          "A step whose area grows has too few workers, or none.",
          { expr: `sum by (step) (aiguilleur_transcription_jobs{${chosen}, state="waiting"})`, legend: "{{step}}" }
        )),
        stacked(series(
          "Jobs being worked on, by step",
          "short",
          "Nothing here while jobs wait: no worker asks for that step.",
          { expr: `sum by (step) (aiguilleur_transcription_jobs{${chosen}, state="running"})`, legend: "{{step}}" }
        )),
        series(
          "Longest wait, by step",
          "s",
          "A line that rises without end is a step that nobody works on.",
          {
            expr: `max by (step) (aiguilleur_transcription_oldest_waiting_seconds{${chosen}})`,
            legend: "{{step}}"
          }
        ),
        series(
          "Time that a step takes",
          "s",
          "Median and 95th percentile of the jobs that left the step within the hour.",
          {
            expr: `max by (step, quantile) (aiguilleur_transcription_step_seconds{${chosen}})`,
            legend: "{{step}} {{quantile}}"
          }
        )
      ]
    },
    {
      title: "What came out",
      panels: [
        stacked(series(
          "Jobs that ended within the hour, by result",
          "short",
          "A sliding hour, not a rate.",
          { expr: `sum by (result) (aiguilleur_transcription_ended_last_hour)`, legend: "{{result}}" }
        )),
        series(
          "Hours of media within the hour",
          "short",
          "Above 1, the service hears faster than time passes.",
          { expr: `sum(aiguilleur_transcription_media_seconds_last_hour) / 3600`, legend: "hours" }
        )
      ]
    }
  ]
}
