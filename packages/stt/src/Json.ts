/** JSON of others, without the NUL that PostgreSQL keeps in no text and that no text of ours needs. */
const withoutNul = (_: string, value: unknown) => typeof value === "string" ? value.replaceAll("\0", "") : value

/** Throws what `JSON.parse` throws. */
export const parse = (text: string): unknown =>
  text.includes("\\u0000") ? JSON.parse(text, withoutNul) : JSON.parse(text)
