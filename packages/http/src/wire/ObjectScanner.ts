/** Finds the members of a JSON object that bear one of a few names, and where each begins and ends. */
import { BodyError } from "./BodyError.ts"
import { type FirstLevel, JsonReader } from "./JsonReader.ts"

/** Bytes from `start` up to, not including, `end`, counted from the start of the document. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** A piece of the document as it was written, or a copy of it if it came in several chunks. */
export interface Written {
  readonly bytes: Buffer
  readonly start: number
  readonly end: number
}

export interface Member<out Field extends string = string> {
  readonly field: Field
  /** Position among all members, owned or not. */
  readonly ordinal: number
  /** Where the opening quote of its name is. */
  readonly name: number
  /** Where the comma before it is; -1 if it comes first. */
  readonly comma: number
  readonly value: Span
  /** Where the name of the next member starts; -1 if it comes last. */
  readonly next: number
  /** The value as it was written; undefined if it is longer than what is worth looking into. */
  readonly written: Written | undefined
}

/** Where an object begins and ends, and those of its members that were asked for. */
export interface ScannedObject<out Field extends string = string> {
  /** Just after its opening brace. */
  readonly open: number
  /** At its closing brace. */
  readonly close: number
  /** Owned or not. */
  readonly memberCount: number
  readonly members: ReadonlyMap<Field, Member<Field>>
}

/** Names by their length in bytes, so that a foreign key costs one lookup. */
export type Names<Field extends string> = ReadonlyArray<
  ReadonlyArray<{ readonly bytes: Buffer; readonly field: Field }>
>

/** Each name stands for a field; several names may stand for the same one. All names are ASCII. */
export const names = <Field extends string>(fields: Readonly<Record<string, Field>>): Names<Field> => {
  const byLength: Array<Array<{ bytes: Buffer; field: Field }>> = []
  for (const [name, field] of Object.entries(fields)) {
    const bytes = Buffer.from(name)
    for (let length = byLength.length; length <= bytes.length; length++) byLength.push([])
    byLength[bytes.length]!.push({ bytes, field })
  }
  return byLength
}

/** The greatest nesting that is read; JSON.parse has no limit, the parsers of engines do. */
export const maxDepth = 512
/** An owned value that is longer cannot mean anything to us, and is not kept. */
export const longestValue = 4096

const empty = Buffer.alloc(0)

type Draft<Field extends string> = { -readonly [K in keyof Member<Field>]: Member<Field>[K] }

export class ObjectScanner<Field extends string> implements FirstLevel {
  private readonly known: Names<Field>
  private readonly longestName: number
  private readonly reader: JsonReader
  private found: Map<Field, Member<Field>> | undefined = undefined
  private openAt = 0
  private closeAt = -1
  private count = 0
  private lastComma = -1
  private nameAt = 0
  /** The owned member whose value is being read or comes next. */
  private current: Draft<Field> | undefined = undefined
  /** The owned member that waits to know where its neighbour starts. */
  private previous: Draft<Field> | undefined = undefined
  private chunk: Buffer = empty
  /** Where in the chunk the text being captured goes on; -1 if none is. */
  private from = -1
  private captured: Array<Buffer> | undefined = undefined
  private capturedLength = 0
  private captureLimit = 0

  constructor(known: Names<Field>, depth: number = maxDepth, origin = 0) {
    this.known = known
    // A name may be written with six bytes a character, between two quotes.
    this.longestName = 6 * (known.length - 1) + 2
    this.reader = new JsonReader(this, depth, origin)
  }

  push(chunk: Buffer): BodyError | undefined {
    this.chunk = chunk
    const failure = this.reader.push(chunk)
    if (this.from >= 0) this.keep(chunk.length)
    return failure
  }

  end(): BodyError | ScannedObject<Field> {
    const failure = this.reader.end()
    if (failure !== undefined) return failure
    return {
      open: this.openAt,
      close: this.closeAt,
      memberCount: this.count,
      members: this.found ?? new Map<Field, Member<Field>>()
    }
  }

  /** A member that has been read already, before the object is known to be whole. */
  member(field: Field): Member<Field> | undefined {
    return this.found?.get(field)
  }

  /** Owned members that have been read already. */
  get ownedCount(): number {
    return this.found?.size ?? 0
  }

  /** Where its closing brace is; -1 as long as none has come. */
  get closedAt(): number {
    return this.closeAt
  }

  opens(at: number): void {
    this.openAt = this.reader.offset + at + 1
  }

  keyStarts(at: number): void {
    this.nameAt = this.reader.offset + at
    if (this.previous !== undefined) {
      this.previous.next = this.nameAt
      this.previous = undefined
    }
    this.capture(at, this.longestName)
  }

  keyEnds(at: number): BodyError | undefined {
    const field = this.fieldOf(this.release(at))
    const ordinal = this.count++
    if (field === undefined) return undefined
    if (this.found?.has(field) === true) return BodyError.Duplicate({ field, offset: this.nameAt })
    this.current = {
      field,
      ordinal,
      name: this.nameAt,
      comma: this.lastComma,
      value: { start: 0, end: 0 },
      next: -1,
      written: undefined
    }
    return undefined
  }

  valueStarts(at: number): void {
    if (this.current === undefined) return
    this.current.value = { start: this.reader.offset + at, end: 0 }
    this.capture(at, longestValue)
  }

  valueEnds(at: number): void {
    const member = this.current
    if (member === undefined) return
    this.current = undefined
    member.value = { start: member.value.start, end: this.reader.offset + at }
    member.written = this.release(at)
    ;(this.found ??= new Map()).set(member.field, member)
    this.previous = member
  }

  comma(at: number): void {
    this.lastComma = this.reader.offset + at
  }

  closes(at: number): void {
    this.closeAt = this.reader.offset + at
  }

  private capture(at: number, limit: number): void {
    this.from = at
    this.captureLimit = limit
    this.captured = undefined
    this.capturedLength = 0
  }

  /** Keeps what the chunk adds; text that grows beyond its limit is let go, so a long value costs no memory here. */
  private keep(until: number): void {
    if (until > this.from) {
      this.capturedLength += until - this.from
      this.captured ??= []
      if (this.capturedLength <= this.captureLimit) this.captured.push(this.chunk.subarray(this.from, until))
      else this.captured.length = 0
    }
    this.from = 0
  }

  private release(until: number): Written | undefined {
    const start = this.from
    if (this.captured !== undefined) this.keep(until)
    this.from = -1
    if (this.captured === undefined) {
      return until - start <= this.captureLimit ? { bytes: this.chunk, start, end: until } : undefined
    }
    if (this.capturedLength > this.captureLimit) return undefined
    return { bytes: Buffer.concat(this.captured), start: 0, end: this.capturedLength }
  }

  private fieldOf(name: Written | undefined): Field | undefined {
    if (name === undefined) return undefined
    const { bytes, end, start } = name
    const field = this.match(bytes, start + 1, end - 1)
    if (field !== undefined || !isEscaped(name)) return field
    const decoded = Buffer.from(String(JSON.parse(bytes.toString("utf8", start, end))))
    return this.match(decoded, 0, decoded.length)
  }

  private match(bytes: Buffer, start: number, end: number): Field | undefined {
    const candidates = this.known[end - start]
    if (candidates === undefined) return undefined
    for (const candidate of candidates) {
      let i = 0
      while (start + i < end && bytes[start + i] === candidate.bytes[i]) i++
      if (start + i === end) return candidate.field
    }
    return undefined
  }
}

/** Whether a string is written with escapes, and so means something else than its bytes. */
export const isEscaped = ({ bytes, end, start }: Written): boolean => {
  let i = start
  while (i < end && bytes[i] !== 0x5c) i++
  return i < end
}
