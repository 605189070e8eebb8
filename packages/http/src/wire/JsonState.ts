/** What a reader of JSON may meet next, and how that is told to the author of text that has something else there. */

export const START = 0
export const FIRST_KEY = 1
export const KEY = 2
export const COLON = 3
export const VALUE = 4
export const FIRST_ITEM = 5
export const AFTER = 6
export const STRING = 7
export const ESCAPE = 8
export const HEX = 9
export const UTF8 = 10
export const LITERAL = 11
export const MINUS = 12
export const ZERO = 13
export const INTEGER = 14
export const POINT = 15
export const FRACTION = 16
export const EXPONENT = 17
export const SIGN = 18
export const POWER = 19
export const DONE = 20
/** Nothing is read any more. */
export const FAILED = 21

const digit = "a digit"

const phrases: Readonly<Record<number, string>> = {
  [START]: "`{`, without a byte order mark,",
  [FIRST_KEY]: "a field name in double quotes or `}`",
  [KEY]: "a field name in double quotes",
  [COLON]: "`:`",
  [VALUE]: "a value",
  [FIRST_ITEM]: "a value or `]`",
  [AFTER]: "`,` or the closing bracket",
  [STRING]: "a character of a string, valid in UTF-8 and with control characters escaped,",
  [ESCAPE]: "one of `\"\\/bfnrtu` after a backslash",
  [HEX]: "a hexadecimal digit",
  [UTF8]: "the rest of a UTF-8 character",
  [LITERAL]: "`true`, `false` or `null`",
  [MINUS]: digit,
  [POINT]: digit,
  [EXPONENT]: "a digit or a sign",
  [SIGN]: digit,
  [DONE]: "nothing more"
}

export const expectedIn = (state: number): string => phrases[state] ?? "something else"
