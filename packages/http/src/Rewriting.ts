/** What a driver wants changed in a body, as edits of the bytes that were received. */
import type { Rewrite } from "@aiguilleur/core/Backend"
import type { ScannedBody } from "./wire/BodyScanner.ts"
import type { Member } from "./wire/ObjectScanner.ts"
import type { OwnedField } from "./wire/OwnedField.ts"
import type { Edit } from "./wire/Splice.ts"
import { askForUsage, insert, remove, replace } from "./wire/Splice.ts"

// Two spellings, one field: the scanner knows it by the first.
const spelling: Readonly<Record<string, string>> = { routing_mode: "routing-mode" }

const member = (body: ScannedBody, name: string) => body.members.get((spelling[name] ?? name) as OwnedField)

/** Whether it says so already: then the bytes can go as they came. */
const reads = ({ written }: Member, json: string): boolean =>
  written !== undefined && written.end - written.start === json.length &&
  written.bytes.toString("latin1", written.start, written.end) === json

/** Members that are to be changed and are not the gateway's own cannot have been found: they are added. */
export const editsOf = (body: ScannedBody, fields: Rewrite["fields"]): Array<Edit> => {
  const edits: Array<Edit> = []
  for (const name in fields) {
    const first = spelling[name]
    if (first !== undefined && first in fields) continue
    const value = fields[name]
    const found = member(body, name)
    if (value === undefined) {
      if (found !== undefined) edits.push(remove(found))
    } else if (name === "stream_options") {
      const edit = askForUsage(body)
      if (edit !== undefined) edits.push(edit)
    } else if (found === undefined) edits.push(insert(name, JSON.stringify(value)))
    else {
      const json = JSON.stringify(value)
      if (!reads(found, json)) edits.push(replace(found, json))
    }
  }
  return edits
}
