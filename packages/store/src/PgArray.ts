/** A parameter of PostgreSQL that is an array, encoded element by element as they come, not at once when it is sent. */
import * as PgTypes from "@effect/sql-pg/PgTypes"
import { Result } from "effect"

export type Element = string | number | boolean | null

const { OID } = PgTypes

/** SQL names of the types that elements may have. */
export const typeNames: Readonly<Record<number, string>> = {
  [OID.text]: "text",
  [OID.int4]: "int4",
  [OID.float8]: "float8",
  [OID.bool]: "bool",
  [OID.timestamptz]: "timestamptz"
}

/** Of the array, in front of its elements: dimensions, whether there are nulls, the type; length and lower bound. */
const head = 20

/** 2000-01-01, from which PostgreSQL counts its microseconds. */
const epoch = Date.UTC(2000, 0, 1)

const utf8 = new TextEncoder()

export class PgArray {
  readonly element: number
  private bytes: Uint8Array
  private view: DataView
  private end = head
  private count = 0
  private nulls = 0

  /** `size` in bytes, as much as is there before it grows. */
  constructor(element: number, size = 256) {
    this.element = element
    this.bytes = new Uint8Array(size)
    this.view = new DataView(this.bytes.buffer)
  }

  get length(): number {
    return this.count
  }

  /** Bytes that it has room for. */
  get size(): number {
    return this.bytes.length
  }

  /** Numbers must be ones that their type has; a moment is in epoch milliseconds. */
  add(value: Element): void {
    this.count++
    this.reserve(12)
    if (value === null) {
      this.nulls = 1
      this.int(-1)
    } else if (typeof value === "string") this.text(value)
    else if (typeof value === "boolean") {
      this.int(1)
      this.view.setUint8(this.end++, value ? 1 : 0)
    } else if (this.element === OID.int4) {
      this.int(4)
      this.int(value)
    } else {
      this.int(8)
      if (this.element === OID.timestamptz) this.moment(value)
      else this.view.setFloat64(this.end, value)
      this.end += 8
    }
  }

  /** Adds some of another's elements, of the same type. */
  take(other: PgArray, from: number, to: number): void {
    const elements = other.bytes.subarray(other.offsetOf(from), other.offsetOf(to))
    this.reserve(elements.length)
    this.bytes.set(elements, this.end)
    this.end += elements.length
    this.count += to - from
    this.nulls ||= other.nulls
  }

  /** Valid until the next element is added. */
  parameter(): PgTypes.Parameter {
    const { view } = this
    view.setInt32(0, this.count === 0 ? 0 : 1)
    view.setInt32(4, this.nulls)
    view.setInt32(8, this.element)
    view.setInt32(12, this.count)
    view.setInt32(16, 1)
    return {
      [PgTypes.ParameterTypeId]: PgTypes.ParameterTypeId,
      oid: PgTypes.arrayOidFor(this.element)!,
      // Without an element there is no dimension, and so neither a length nor a lower bound.
      value: this.bytes.subarray(0, this.count === 0 ? 12 : this.end)
    }
  }

  private int(value: number): void {
    this.view.setInt32(this.end, value)
    this.end += 4
  }

  private moment(millis: number): void {
    const micros = Math.trunc((millis - epoch) * 1000)
    this.view.setInt32(this.end, Math.floor(micros / 2 ** 32))
    this.view.setUint32(this.end + 4, micros)
  }

  private text(text: string): void {
    const { length } = text
    this.reserve(4 + 3 * length)
    const start = this.end + 4
    let at = 0
    for (; at < length; at++) {
      const code = text.charCodeAt(at)
      if (code === 0 || code > 0x7f) break
      this.bytes[start + at] = code
    }
    // PostgreSQL's text has no NUL, and a caller may have put one into a model's name.
    if (at < length) at = utf8.encodeInto(text.replaceAll("\0", ""), this.bytes.subarray(start)).written
    this.int(at)
    this.end += at
  }

  private reserve(size: number): void {
    if (this.end + size <= this.bytes.length) return
    const larger = new Uint8Array(2 * (this.bytes.length + size))
    larger.set(this.bytes)
    this.bytes = larger
    this.view = new DataView(larger.buffer)
  }

  private offsetOf(index: number): number {
    let at = head
    for (let passed = 0; passed < index; passed++) at += 4 + Math.max(0, this.view.getInt32(at))
    return at
  }
}

const codec = (oid: number): PgTypes.Codec<unknown> => ({
  encode: (value) => value instanceof Uint8Array ? Result.succeed(value) : PgTypes.encode(value, oid),
  decode: (bytes) => PgTypes.decode(bytes, oid, 1)
})

/** For a client that is given such arrays beside those of JavaScript. */
export const registry = (): PgTypes.Registry => {
  const registry = PgTypes.makeRegistry()
  for (const element of Object.keys(typeNames)) {
    const array = PgTypes.arrayOidFor(Number(element))!
    registry.register(array, codec(array))
  }
  return registry
}
