/** What a client may do, in the words of the wire. */
export const scopes = [
  "scope_default",
  "scope_client",
  "scope_transcription_worker",
  "scope_processing_worker",
  "scope_translation_worker",
  "scope_evaluation_worker"
] as const

export type Scope = typeof scopes[number]

export const isScope = (name: string): name is Scope => (scopes as ReadonlyArray<string>).includes(name)
