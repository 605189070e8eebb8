/** Finds a member of a JSON text by its name, without reading the text. */
import { valueStart } from "./ServerEvent.ts"

// Inside a string the quotes of a name would be escaped, so what is found is a name, or a string of that very text
// that no colon follows.
export const hasValue = (
  bytes: Buffer,
  name: Buffer,
  accepts: (bytes: Buffer, value: number) => boolean
): boolean => {
  for (let at = bytes.indexOf(name); at !== -1; at = bytes.indexOf(name, at + name.length)) {
    const value = valueStart(bytes, at + name.length, bytes.length)
    if (value < bytes.length && accepts(bytes, value)) return true
  }
  return false
}

export const textOfSomeLength = (bytes: Buffer, value: number): boolean =>
  bytes[value] === 0x22 && bytes[value + 1] !== 0x22
