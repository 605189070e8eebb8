/** A scenario in the address, behind `#scenario=`: base64url of its text in UTF-8. It never leaves the browser. */

const opening = "#scenario="

/** Undefined where there is none, or none that can be read. */
export const read = (hash: string): string | undefined => {
  if (!hash.startsWith(opening)) return undefined
  try {
    const base64 = hash.slice(opening.length).replaceAll("-", "+").replaceAll("_", "/")
    const bytes = Uint8Array.from(atob(base64), (sign) => sign.charCodeAt(0))
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    return undefined
  }
}
