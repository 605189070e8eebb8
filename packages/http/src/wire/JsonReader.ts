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
    this.failure = this.scan(chunk)
    this.read += chunk.length
    return this.failure
  }

  end(): BodyError | undefined {
    if (this.failure !== undefined) return this.failure
    return this.state === State.DONE ? undefined : BodyError.Truncated({ offset: this.read })
  }

  private scan(chunk: Uint8Array): BodyError | undefined {
    const end = chunk.length
    const words = wordsOf(chunk)
    let i = 0
    while (i < end) {
      let byte = chunk[i]!
      switch (this.state) {
        case State.STRING: {
          let run = 0
          while (plain[byte] === 1) {
            i++
            if (++run >= worthWords && words !== undefined) i = skipPlainWords(words, i)
            if (i === end) return undefined
            byte = chunk[i]!
          }
          i++
          if (byte === 0x22) {
            const refusal = this.stringEnds(i)
            if (refusal !== undefined) return refusal
          } else if (byte === 0x5c) this.state = State.ESCAPE
          else if (byte < 0xe0 && byte >= 0xc2 && i < end && (chunk[i]! & 0xc0) === 0x80) i++
          else if (isLeadByte(byte)) {
            this.left = continuations(byte)
            this.least = secondLeast(byte)
            this.most = secondMost(byte)
            this.state = State.UTF8
          } else return this.malformed(i - 1)
          break
        }
        case State.UTF8: {
          if (byte < this.least || byte > this.most) return this.malformed(i)
          this.least = 0x80
          this.most = 0xbf
          if (--this.left === 0) this.state = State.STRING
          i++
          break
        }
        case State.ESCAPE: {
          if (escaped[byte] === 1) this.state = State.STRING
          else if (byte === 0x75) {
            this.state = State.HEX
            this.left = 4
          } else return this.malformed(i)
          i++
          break
        }
        case State.HEX: {
          if (hexadecimal[byte] === 0) return this.malformed(i)
          if (--this.left === 0) this.state = State.STRING
          i++
          break
        }
        case State.LITERAL: {
          if (byte !== this.literal[this.literal.length - this.left]) return this.malformed(i)
          i++
          if (--this.left === 0) this.valueEnds(i)
          break
        }
        case State.MINUS: {
          if (digit[byte] === 0) return this.malformed(i)
          this.state = byte === 0x30 ? State.ZERO : State.INTEGER
          i++
          break
        }
        case State.POINT:
        case State.SIGN: {
          if (digit[byte] === 0) return this.malformed(i)
          this.state = this.state === State.POINT ? State.FRACTION : State.POWER
          i++
          break
        }
        case State.EXPONENT: {
          if (byte === 0x2b || byte === 0x2d) this.state = State.SIGN
          else if (digit[byte] === 1) this.state = State.POWER
          else return this.malformed(i)
          i++
          break
        }
        case State.ZERO:
        case State.INTEGER:
        case State.FRACTION:
        case State.POWER: {
          // A number has no end of its own: the byte after it is read again as what follows a value.
          if (digit[byte] === 1 && this.state !== State.ZERO) i++
          else if (byte === 0x2e && (this.state === State.ZERO || this.state === State.INTEGER)) {
            this.state = State.POINT
            i++
          } else if ((byte === 0x65 || byte === 0x45) && this.state !== State.POWER) {
            this.state = State.EXPONENT
            i++
          } else this.valueEnds(i)
          break
        }
        default: {
          if (space[byte] === 1) i++
          else {
            const refusal = this.structure(byte, i)
            if (refusal !== undefined) return refusal
            i++
          }
        }
      }
    }
    return undefined
  }

  private structure(byte: number, at: number): BodyError | undefined {
    switch (this.state) {
      case State.AFTER: {
        if (byte === 0x2c) {
          if (this.depth === 1) this.level.comma(at)
          this.state = this.inObject ? State.KEY : State.VALUE
          return undefined
        }
        return byte === (this.inObject ? 0x7d : 0x5d) ? this.closes(at) : this.malformed(at)
      }
      case State.FIRST_KEY:
      case State.KEY: {
        if (byte === 0x22) {
          if (this.depth === 1) this.level.keyStarts(at)
          this.inKey = true
          this.state = State.STRING
          return undefined
        }
        return byte === 0x7d && this.state === State.FIRST_KEY ? this.closes(at) : this.malformed(at)
      }
      case State.COLON: {
        if (byte !== 0x3a) return this.malformed(at)
        this.state = State.VALUE
        return undefined
      }
      case State.FIRST_ITEM:
        return byte === 0x5d ? this.closes(at) : this.valueStarts(byte, at)
      case State.VALUE:
        return this.valueStarts(byte, at)
      case State.START: {
        if (byte === 0x7b) {
          this.level.opens(at)
          return this.opens(true, at)
        }
        const otherJson = byte === 0x5b || byte === 0x22 || byte === 0x2d || digit[byte] === 1 || this.letter(byte)
        return otherJson ? BodyError.NotAnObject({ offset: this.read + at }) : this.malformed(at)
      }
      default:
        return this.malformed(at)
    }
  }

  private valueStarts(byte: number, at: number): BodyError | undefined {
    if (this.depth === 1) this.level.valueStarts(at)
    if (byte === 0x22) {
      this.inKey = false
      this.state = State.STRING
      return undefined
    }
    if (byte === 0x7b || byte === 0x5b) return this.opens(byte === 0x7b, at)
    if (digit[byte] === 1) this.state = byte === 0x30 ? State.ZERO : State.INTEGER
    else if (byte === 0x2d) this.state = State.MINUS
    else if (this.letter(byte)) {
      this.literal = byte === 0x74 ? yes : byte === 0x66 ? no : nothing
      this.left = this.literal.length - 1
      this.state = State.LITERAL
    } else return this.malformed(at)
    return undefined
  }

  private letter(byte: number): boolean {
    return byte === 0x74 || byte === 0x66 || byte === 0x6e
  }

  private stringEnds(at: number): BodyError | undefined {
    if (!this.inKey) {
      this.valueEnds(at)
      return undefined
    }
    this.state = State.COLON
    return this.depth === 1 ? this.level.keyEnds(at) : undefined
  }

  private valueEnds(at: number): void {
    this.state = State.AFTER
    if (this.depth === 1) this.level.valueEnds(at)
  }

  private opens(object: boolean, at: number): BodyError | undefined {
    if (this.depth === this.maxDepth) return BodyError.TooDeep({ offset: this.read + at, limit: this.maxDepth })
    this.remember(this.depth, object)
    this.depth++
    this.inObject = object
    this.state = object ? State.FIRST_KEY : State.FIRST_ITEM
    return undefined
  }

  private closes(at: number): undefined {
    this.depth--
    if (this.depth === 0) {
      this.state = State.DONE
      this.level.closes(at)
      return undefined
    }
    const above = this.depth - 1
    this.inObject = this.isObject(above)
    this.valueEnds(at + 1)
    return undefined
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

  private malformed(at: number): BodyError {
    return BodyError.Malformed({ offset: this.read + at, expected: State.expectedIn(this.state) })
  }
}
