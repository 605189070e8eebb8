/** Notes in the little Markdown that models write: headings, points, and what is strong or slanted; nothing of it is HTML. */
import type { ReactNode } from "react"

interface Block {
  readonly kind: "heading" | "point" | "text"
  readonly text: string
}

const blocksOf = (notes: string): ReadonlyArray<Block> =>
  notes.split("\n").flatMap((line): ReadonlyArray<Block> => {
    const text = line.trim()
    if (text === "" || /^[-*_]{3,}$/.test(text)) return []
    const [, heading] = /^#{1,6}\s+(.+?)\s*#*$/.exec(text) ?? []
    if (heading !== undefined) return [{ kind: "heading", text: heading }]
    const [, point] = /^(?:[-*•]|\d+[.)])\s+(.+)$/.exec(text) ?? []
    return [point === undefined ? { kind: "text", text } : { kind: "point", text: point }]
  })

const spans = (text: string): ReactNode =>
  text.split(/(\*\*[^*]+\*\*|\*[^*\s][^*]*\*)/).map((part, index) => {
    if (part.startsWith("**") && part.length > 4) return <strong key={index}>{part.slice(2, -2)}</strong>
    return part.startsWith("*") && part.length > 2 ? <em key={index}>{part.slice(1, -1)}</em> : part
  })

/** Points that follow each other are one list. */
const grouped = (blocks: ReadonlyArray<Block>): ReadonlyArray<ReadonlyArray<Block>> => {
  const groups: Array<Array<Block>> = []
  for (const block of blocks) {
    const last = groups.at(-1)
    if (block.kind === "point" && last?.[0]?.kind === "point") last.push(block)
    else groups.push([block])
  }
  return groups
}

export const Notes = ({ notes }: { readonly notes: string }) => (
  <div className="notes">
    {grouped(blocksOf(notes)).map((group, index) => {
      const [first] = group
      if (first?.kind === "point") {
        return <ul key={index}>{group.map(({ text }, place) => <li key={place}>{spans(text)}</li>)}</ul>
      }
      return first?.kind === "heading"
        ? <h3 key={index}>{spans(first.text)}</h3>
        : <p key={index}>{spans(first?.text ?? "")}</p>
    })}
  </div>
)
