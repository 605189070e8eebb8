/** `${NAME}` references in a scalar: replaced once, never inside what they stand for; `$${` writes a plain `${`. */

export type Environment = Readonly<Record<string, string | undefined>>

export interface Substitution {
  readonly text: string
  /** What each reference was replaced by. */
  readonly values: ReadonlyMap<string, string>
  /** One sentence for each reference that cannot be replaced. */
  readonly problems: ReadonlyArray<string>
}

const reference = /\$\$\{|\$\{([^}]*)(\}?)/g
const variableName = /^[A-Za-z_][A-Za-z0-9_]*$/

export const isReference = (text: string) => text.includes("${")

export const substitute = (text: string, environment: Environment): Substitution => {
  const problems: Array<string> = []
  const values = new Map<string, string>()
  const replaced = text.replace(reference, (found, name: string | undefined, end: string) => {
    if (name === undefined) return "${"
    if (end === "" || !variableName.test(name)) {
      problems.push("expected a reference like ${NAME} (letters, digits, _); write $${ for a plain ${")
      return found
    }
    const value = Object.hasOwn(environment, name) ? environment[name] : undefined
    // An empty variable is nearly always a deployment that forgot a secret; as a token it would silently mean "none".
    if (value === undefined || value === "") {
      problems.push(`the environment variable ${name} is ${value === undefined ? "not set" : "empty"}`)
      return found
    }
    values.set(found, value)
    return value
  })
  return { text: replaced, values, problems }
}
