/** What is wrong with the texts of a module: a language that is missing, or words that stand in the markup itself. */
import { languages } from "../../src/page/Text.ts"
import type { Node } from "./Source.ts"

/** Attributes that are read or read out. */
const spoken = new Set([
  "alt",
  "aria-label",
  "aria-description",
  "aria-roledescription",
  "label",
  "placeholder",
  "title"
])

const hasWords = (text: string): boolean => /\p{L}{2}/u.test(text)

interface Property {
  readonly key: { readonly name?: string; readonly value?: string }
  readonly value: Node
}

const nameOf = ({ key }: Property): string => key.name ?? key.value ?? ""

const argumentsOf = ({ params }: Node): number => Array.isArray(params) ? params.length : 0

const isEmpty = ({ type, value }: Node): boolean => type === "Literal" && (value === "" || typeof value !== "string")

const wrongText = (properties: ReadonlyArray<Property>): string | undefined => {
  const byName = new Map(properties.map((property) => [nameOf(property), property.value]))
  const written = languages.filter((language) => byName.has(language))
  if (written.length === 0) return undefined
  const missing = languages.find((language) => !byName.has(language) || isEmpty(byName.get(language)!))
  if (missing !== undefined) return `a text lacks ${missing}`
  const values = languages.map((language) => byName.get(language)!)
  const uneven = values.some((value) =>
    value.type !== values[0]!.type || argumentsOf(value) !== argumentsOf(values[0]!)
  )
  return uneven ? "a text takes different values in each language" : undefined
}

const wrongMarkup = (node: Node): string | undefined => {
  if (node.type === "JSXText") {
    const text = String(node["value"]).trim()
    return hasWords(text) ? `"${text}" is written in the markup` : undefined
  }
  if (node.type !== "JSXAttribute") return undefined
  const name = (node["name"] as { readonly name?: string }).name ?? ""
  const value = node["value"] as Node | null
  if (!spoken.has(name) || value?.type !== "Literal") return undefined
  return hasWords(String(value["value"])) ? `${name}="${String(value["value"])}" is written in the markup` : undefined
}

export const problemsOf = (nodes: ReadonlyArray<Node>): ReadonlyArray<string> =>
  nodes.flatMap((node) => {
    const problem = node.type === "ObjectExpression"
      ? wrongText((node["properties"] as ReadonlyArray<Node>).filter(({ type }) => type === "Property") as never)
      : wrongMarkup(node)
    return problem === undefined ? [] : [problem]
  })
