/** The boundary between the parts of a form, from its content type and back. */

const parameter = /^\s*;\s*([\w-]+)\s*=\s*(?:"((?:[^"\\\r\n]|\\.)*)"|([^\s;"]+))/
const characters = /^[\w'()+,\-./:=? ]{0,69}[\w'()+,\-./:=?]$/

export const isForm = (contentType: string | undefined): boolean =>
  contentType !== undefined && /^multipart\/form-data\s*(?:;|$)/i.test(contentType)

/** Undefined where there is none, or where two readers might see two. */
export const boundaryOf = (contentType: string): string | undefined => {
  let rest = contentType.replace(/^[^;]*/, "")
  let boundary: string | undefined
  while (/\S/.test(rest)) {
    const match = parameter.exec(rest)
    if (match === null) return undefined
    rest = rest.slice(match[0].length)
    const [, name = "", quoted, bare] = match
    if (name.toLowerCase() !== "boundary") continue
    if (boundary !== undefined) return undefined
    boundary = quoted ?? bare
  }
  return boundary !== undefined && characters.test(boundary) ? boundary : undefined
}

/** Written so that it can be read in one way only. */
export const contentTypeOf = (boundary: string): string =>
  `multipart/form-data; boundary=${/^[\w'+\-.]+$/.test(boundary) ? boundary : `"${boundary}"`}`
