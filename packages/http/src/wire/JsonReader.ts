/** Checks that bytes which arrive in pieces are one JSON object, and points out the members of its first level. */
import { BodyError } from "./BodyError.ts"
import {
  bytesOf,
  continuations,
  digit,
  escaped,
  hexadecimal,
  isLeadByte,
  plain,
  secondLeast,
  secondMost,
  skipPlainWords,
  space,
  wordsOf
} from "./JsonByte.ts"
import * as State from "./JsonState.ts"

/** Told of the first level only. Positions count from the start of the chunk that is being read. */
export interface FirstLevel {
  readonly opens: (at: number) => void
  readonly keyStarts: (at: number) => void
  /** A refusal stops the reader. */
  readonly keyEnds: (at: number) => BodyError | undefined
  readonly valueStarts: (at: number) => void
  readonly valueEnds: (at: number) => void
  readonly comma: (at: number) => void
  readonly closes: (at: number) => void
}

/** Strings shorter than this are faster read byte by byte. */
const worthWords = 16

const [yes, no, nothing] = [bytesOf("true"), bytesOf("false"), bytesOf("null")]

export class JsonReader {
  private readonly level: FirstLevel
  private readonly maxDepth: number
  // One bit a level, set for objects: the whole memory that nesting costs. Few bodies go beyond the first 32.
  private shallow = 0
  private deep: Uint8Array | undefined = undefined
  private depth = 0
  private inObject = false
  private inKey = false
  private state = State.START
  /** Digits, continuation bytes or letters still to come in an escape, a character or a literal. */
  private left = 0
  private least = 0x80
  private most = 0xbf
  private literal = nothing
  private read: number
  private failure: BodyError | undefined = undefined

  /** Positions count from `origin`, for an object that lies inside a document. */
  constructor(level: FirstLevel, maxDepth: number, origin: number) {
    this.level = level
    this.maxDepth = maxDepth
    this.read = origin
  }

  /** Where the present chunk starts. */
  get offset(): number {
    return this.read
  }

  /** Every byte is looked at once, in the chunk that brings it. After a failure nothing more is read. */
  push(chunk: Uint8Array): BodyError | undefined {
    if (this.failure !== undefined) return this.failure
    this.scan(chunk)
    this.read += chunk.length
    return this.failure
  }

  end(): BodyError | undefined {
    if (this.failure !== undefined) return this.failure
    return this.state === State.DONE ? undefined : BodyError.Truncated({ offset: this.read })
  }

  /** The state is kept in a variable on the way: a field would be written and read again for each byte. */
  private scan(chunk: Uint8Array): void {
    const end = chunk.length
    const words = wordsOf(chunk)
    let state = this.state
    let i = 0
    while (i < end) {
      let byte = chunk[i]!
      switch (state) {
        case State.STRING: {
          let run = 0
          while (plain[byte] === 1) {
            i++
            if (++run >= worthWords && words !== undefined) i = skipPlainWords(words, i)
            if (i === end) break
            byte = chunk[i]!
          }
          if (i === end) break
          i++
          if (byte === 0x22) state = this.inKey ? this.keyEnds(i) : this.valueEnds(i)
          else if (byte === 0x5c) state = State.ESCAPE
          else if (byte < 0xe0 && byte >= 0xc2 && i < end && (chunk[i]! & 0xc0) === 0x80) i++
          else if (isLeadByte(byte)) {
            this.left = continuations(byte)
            this.least = secondLeast(byte)
            this.most = secondMost(byte)
            state = State.UTF8
          } else state = this.malformed(state, i - 1)
          break
        }
        case State.AFTER: {
          if (byte === 0x2c) {
            if (this.depth === 1) this.level.comma(i)
            state = this.inObject ? State.KEY : State.VALUE
          } else state = this.structure(state, byte, i)
          i++
          break
        }
        case State.FIRST_KEY:
        case State.KEY: {
          if (byte === 0x22) {
            if (this.depth === 1) this.level.keyStarts(i)
            this.inKey = true
            state = State.STRING
          } else state = this.structure(state, byte, i)
          i++
          break
        }
        case State.COLON: {
          state = byte === 0x3a ? State.VALUE : this.structure(state, byte, i)
          i++
          break
        }
        case State.UTF8: {
          if (byte < this.least || byte > this.most) state = this.malformed(state, i)
          else if (--this.left === 0) state = State.STRING
          this.least = 0x80
          this.most = 0xbf
          i++
          break
        }
        case State.ESCAPE: {
          if (escaped[byte] === 1) state = State.STRING
          else if (byte === 0x75) {
            state = State.HEX
            this.left = 4
          } else state = this.malformed(state, i)
          i++
          break
        }
        case State.HEX: {
          if (hexadecimal[byte] === 0) state = this.malformed(state, i)
          else if (--this.left === 0) state = State.STRING
          i++
          break
        }
        case State.LITERAL: {
          if (byte !== this.literal[this.literal.length - this.left]) state = this.malformed(state, i)
          else if (--this.left === 0) state = this.valueEnds(i + 1)
          i++
          break
        }
        case State.MINUS: {
          state = digit[byte] === 0 ? this.malformed(state, i) : byte === 0x30 ? State.ZERO : State.INTEGER
          i++
          break
        }
        case State.POINT:
        case State.SIGN: {
          if (digit[byte] === 0) state = this.malformed(state, i)
          else state = state === State.POINT ? State.FRACTION : State.POWER
          i++
          break
        }
        case State.EXPONENT: {
          if (byte === 0x2b || byte === 0x2d) state = State.SIGN
          else state = digit[byte] === 1 ? State.POWER : this.malformed(state, i)
          i++
          break
        }
        case State.ZERO:
        case State.INTEGER:
        case State.FRACTION:
        case State.POWER: {
          // A number has no end of its own: the byte after it is read again as what follows a value.
          if (digit[byte] === 1 && state !== State.ZERO) i++
          else if (byte === 0x2e && (state === State.ZERO || state === State.INTEGER)) {
            state = State.POINT
            i++
          } else if ((byte === 0x65 || byte === 0x45) && state !== State.POWER) {
            state = State.EXPONENT
            i++
          } else state = this.valueEnds(i)
          break
        }
        case State.FAILED:
          return
        default: {
          state = this.structure(state, byte, i)
          i++
        }
      }
    }
    this.state = state
  }

  /** What comes between strings, numbers and literals, white space included. */
  private structure(state: number, byte: number, at: number): number {
    if (space[byte] === 1) return state
    switch (state) {
      case State.AFTER:
        return byte === (this.inObject ? 0x7d : 0x5d) ? this.closes(at) : this.malformed(state, at)
      case State.FIRST_KEY:
        return byte === 0x7d ? this.closes(at) : this.malformed(state, at)
      case State.FIRST_ITEM:
        return byte === 0x5d ? this.closes(at) : this.valueStarts(state, byte, at)
      case State.VALUE:
        return this.valueStarts(state, byte, at)
      case State.START: {
        if (byte === 0x7b) {
          this.level.opens(at)
          return this.opens(true, at)
        }
        const otherJson = byte === 0x5b || byte === 0x22 || byte === 0x2d || digit[byte] === 1 || isLetter(byte)
        return otherJson ? this.fails(BodyError.NotAnObject({ offset: this.read + at })) : this.malformed(state, at)
      }
      default:
        return this.malformed(state, at)
    }
  }

  private valueStarts(state: number, byte: number, at: number): number {
    if (this.depth === 1) this.level.valueStarts(at)
    if (byte === 0x22) {
      this.inKey = false
      return State.STRING
    }
    if (byte === 0x7b || byte === 0x5b) return this.opens(byte === 0x7b, at)
    if (digit[byte] === 1) return byte === 0x30 ? State.ZERO : State.INTEGER
    if (byte === 0x2d) return State.MINUS
    if (!isLetter(byte)) return this.malformed(state, at)
    this.literal = byte === 0x74 ? yes : byte === 0x66 ? no : nothing
    this.left = this.literal.length - 1
    return State.LITERAL
  }

  private keyEnds(at: number): number {
    const refusal = this.depth === 1 ? this.level.keyEnds(at) : undefined
    return refusal === undefined ? State.COLON : this.fails(refusal)
  }

  private valueEnds(at: number): number {
    if (this.depth === 1) this.level.valueEnds(at)
    return State.AFTER
  }

  private opens(object: boolean, at: number): number {
    if (this.depth === this.maxDepth) {
      return this.fails(BodyError.TooDeep({ offset: this.read + at, limit: this.maxDepth }))
    }
    this.remember(this.depth, object)
    this.depth++
    this.inObject = object
    return object ? State.FIRST_KEY : State.FIRST_ITEM
  }

  private closes(at: number): number {
    this.depth--
    if (this.depth === 0) {
      this.level.closes(at)
      return State.DONE
    }
    this.inObject = this.isObject(this.depth - 1)
    return this.valueEnds(at + 1)
  }

  private remember(level: number, object: boolean): void {
    if (level < 32) {
      this.shallow = object ? this.shallow | (1 << level) : this.shallow & ~(1 << level)
      return
    }
    const deep = this.deep ??= new Uint8Array((this.maxDepth + 7) >> 3)
    if (object) deep[level >> 3]! |= 1 << (level & 7)
    else deep[level >> 3]! &= ~(1 << (level & 7))
  }

  private isObject(level: number): boolean {
    return level < 32
      ? (this.shallow & (1 << level)) !== 0
      : (this.deep![level >> 3]! & (1 << (level & 7))) !== 0
  }

  private malformed(state: number, at: number): number {
    return this.fails(BodyError.Malformed({ offset: this.read + at, expected: State.expectedIn(state) }))
  }

  private fails(failure: BodyError): number {
    this.failure = failure
    return State.FAILED
  }
}

const isLetter = (byte: number): boolean => byte === 0x74 || byte === 0x66 || byte === 0x6e
