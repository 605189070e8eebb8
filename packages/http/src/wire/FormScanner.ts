/** Reads a form while it arrives: where its parts begin and end, and what the few fields say that are the gateway's. */
import { Capture } from "./Capture.ts"
import { FormError } from "./FormError.ts"
import type { FormField, FormValues, Part } from "./FormField.ts"
import { formFields, formValues } from "./FormField.ts"
import type { Span } from "./ObjectScanner.ts"
import { longestValue } from "./ObjectScanner.ts"
import * as PartHead from "./PartHead.ts"

/** A form that is whole, and what its owned fields say. Offsets count from the start of the body. */
export interface ScannedForm extends FormValues {
  readonly _tag: "ScannedForm"
  /** Up to the end of its last boundary: what comes after that belongs to nobody. */
  readonly length: number
  /** Where its first boundary starts: fields can be inserted there. */
  readonly open: number
  readonly parts: ReadonlyMap<FormField, Part>
  /** The bytes of the first file that is called `file`. */
  readonly file: Span | undefined
}

const mostParts = 1000
const longestHead = 8192

const CR = 0x0d
const LF = 0x0a
const blank = Buffer.from("\r\n\r\n")

/** Where the scanner is: before the first boundary, after one, in the head of a part, in its data, after the end. */
type Place = "preamble" | "boundary" | "head" | "data" | "epilogue"

interface Draft {
  readonly start: number
  readonly field: FormField | undefined
  readonly isAudio: boolean
  readonly data: number
}

export class FormScanner {
  /** With the line end before it, as it stands between two parts. */
  private readonly delimiter: Buffer
  private place: Place = "preamble"
  private offset = 0
  private failure: FormError | undefined = undefined
  /** How much of the delimiter, or of what may follow it, has been seen. */
  private matched = 2
  /** The data has only just begun: a delimiter without a line end before it would end it for some readers only. */
  private fresh = true
  private after = 0
  private readonly head = new Capture(longestHead)
  private readonly value: Capture
  private part: Draft | undefined = undefined
  private partStart = 0
  private count = 0
  private open = 0
  private length = 0
  private file: Span | undefined = undefined
  private readonly parts = new Map<FormField, Part>()

  constructor(boundary: string) {
    this.delimiter = Buffer.from(`\r\n--${boundary}`, "latin1")
    this.value = new Capture(longestValue + this.delimiter.length)
  }

  /** Reads the next bytes, once. The first error stays. */
  push(chunk: Buffer): FormError | undefined {
    let at = 0
    while (at < chunk.length && this.failure === undefined && this.place !== "epilogue") at = this.read(chunk, at)
    this.offset += chunk.length
    return this.failure
  }

  end(): FormError | ScannedForm {
    if (this.failure !== undefined) return this.failure
    if (this.place !== "epilogue") return FormError.TruncatedForm({ offset: this.offset })
    const values = formValues(this.parts)
    if ("_tag" in values) return values
    const { file, length, open, parts } = this
    return { _tag: "ScannedForm", length, open, parts, file, ...values }
  }

  private read(chunk: Buffer, at: number): number {
    switch (this.place) {
      case "preamble":
        return this.readPreamble(chunk, at)
      case "boundary":
        return this.readBoundary(chunk, at)
      case "head":
        return this.readHead(chunk, at)
      default:
        return this.readData(chunk, at)
    }
  }

  /** Line ends may come before the first boundary, and nothing else. */
  private readPreamble(chunk: Buffer, at: number): number {
    const byte = chunk[at]
    if (byte === this.delimiter[this.matched]) {
      if (++this.matched === this.delimiter.length) this.passBoundary(this.offset + at + 1)
    } else if (this.matched !== 2 || (byte !== CR && byte !== LF)) this.malformed(at, "the form's boundary")
    return at + 1
  }

  private passBoundary(end: number): void {
    this.partStart = end - this.delimiter.length + 2
    if (this.count === 0) this.open = this.partStart
    this.place = "boundary"
    this.matched = 0
  }

  /** A line end: a part follows. Two dashes: that was the last. */
  private readBoundary(chunk: Buffer, at: number): number {
    const byte = chunk[at]!
    if (this.matched === 0) {
      if (byte !== CR && byte !== 0x2d) return this.malformed(at, "the end of the boundary's line, or two dashes")
      this.after = byte
      this.matched = 1
    } else if (this.after === CR) {
      if (byte !== LF) return this.malformed(at, "the end of the boundary's line")
      if (++this.count > mostParts) this.failure = FormError.TooManyParts({ limit: mostParts })
      this.place = "head"
      this.matched = 0
    } else {
      if (byte !== 0x2d) return this.malformed(at, "two dashes")
      this.length = this.offset + at + 1
      this.place = "epilogue"
    }
    return at + 1
  }

  private readHead(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && this.matched < blank.length) {
      const byte = chunk[at++]
      this.matched = byte === blank[this.matched] ? this.matched + 1 : byte === CR ? 1 : 0
    }
    if (!this.head.add(chunk, from, at)) this.bad(`has a head of more than ${longestHead} bytes`)
    else if (this.matched === blank.length) this.begin(this.head.take(blank.length, "latin1"), this.offset + at)
    return at
  }

  private begin(head: string, data: number): void {
    const read = PartHead.read(head)
    if ("problem" in read) return this.bad(read.problem)
    const field = formFields.get(read.name)
    if (field !== undefined && read.isFile) return this.bad(`is a file: \`${field}\` is a plain field`)
    if (field !== undefined && this.parts.has(field)) {
      this.failure = FormError.DuplicatePart({ field, offset: this.partStart })
    }
    const isAudio = read.isFile && read.name === "file" && this.file === undefined
    this.part = { start: this.partStart, field, isAudio, data }
    this.place = "data"
    this.matched = 2
    this.fresh = true
  }

  private readData(chunk: Buffer, from: number): number {
    const { delimiter } = this
    let at = from
    // A delimiter that may have begun in an earlier chunk: its first byte occurs nowhere else in it, so nothing of
    // what has matched so far can belong to another.
    while (this.matched > 0 && at < chunk.length) {
      if (chunk[at] === delimiter[this.matched]) {
        at++
        if (++this.matched === delimiter.length) return this.endData(chunk, from, at)
      } else {
        this.matched = 0
        this.fresh = false
      }
    }
    if (at === chunk.length) return this.keepData(chunk, from, at)
    const found = chunk.indexOf(delimiter, at)
    if (found !== -1) return this.endData(chunk, from, found + delimiter.length)
    const tail = chunk.lastIndexOf(CR)
    if (tail >= at && chunk.length - tail < delimiter.length && startsSo(chunk, tail, delimiter)) {
      this.matched = chunk.length - tail
    }
    return this.keepData(chunk, from, chunk.length)
  }

  private keepData(chunk: Buffer, from: number, until: number): number {
    const { field } = this.part!
    if (field !== undefined && !this.value.add(chunk, from, until)) {
      this.failure = FormError.WrongValue({ field, expected: `at most ${longestValue} bytes` })
    }
    return until
  }

  /** `end` is just after the delimiter that ends the data. */
  private endData(chunk: Buffer, from: number, end: number): number {
    this.keepData(chunk, from, end)
    if (this.fresh) this.bad("has its boundary where its data should start: even an empty field needs a line end there")
    if (this.failure !== undefined) return end
    const { data, field, isAudio, start } = this.part!
    const until = this.offset + end - this.delimiter.length
    if (field !== undefined) {
      this.parts.set(field, { start, end: until + 2, value: this.value.take(this.delimiter.length, "utf8") })
    }
    if (isAudio) this.file = { start: data, end: until }
    this.passBoundary(this.offset + end)
    return end
  }

  private malformed(at: number, expected: string): number {
    this.failure = FormError.MalformedForm({ offset: this.offset + at, expected })
    return at + 1
  }

  private bad(problem: string): void {
    this.failure = FormError.BadPart({ offset: this.partStart, problem })
  }
}

/** Whether what is left of the chunk could be the start of a delimiter. */
const startsSo = (chunk: Buffer, at: number, delimiter: Buffer): boolean =>
  chunk.compare(delimiter, 0, chunk.length - at, at) === 0
