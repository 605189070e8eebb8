/** A file of audio of which a little is read here and there. */
export interface Source {
  readonly length: number
  /** Fewer bytes than asked for where the file ends. */
  readonly read: (at: number, length: number) => Promise<Buffer>
}

/** One container format. */
export interface Container {
  /** By the first bytes of a file. */
  readonly is: (head: Buffer) => boolean
  /** How long it plays, as far as that can be told without decoding it. */
  readonly seconds: (source: Source, head: Buffer) => number | undefined | Promise<number | undefined>
}

export const hasText = (bytes: Buffer, at: number, text: string): boolean =>
  bytes.length >= at + text.length && bytes.toString("latin1", at, at + text.length) === text
