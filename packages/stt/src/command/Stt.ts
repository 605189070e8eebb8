/** `aiguilleur stt …`: everything that a person administers of the transcription service. */
import { Command } from "effect/cli"
import { clients } from "./ClientCommands.ts"
import { jobs } from "./JobCommands.ts"
import { cleanup, parameters } from "./ParameterCommands.ts"
import { transcribe } from "./TranscribeCommand.ts"

export const stt = Command.make("stt").pipe(
  Command.withDescription("Transcribe a file, or administer the transcription service"),
  Command.withSubcommands([transcribe, clients, parameters, cleanup, jobs])
)
