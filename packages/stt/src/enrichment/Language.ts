/** Languages as the wire names them; engines say `french` where clients expect `fr`. */
const names = new Intl.DisplayNames(["en"], { type: "language", fallback: "none" })

/** Every two-letter code by its English name. */
const codes = new Map<string, string>()
const letters = "abcdefghijklmnopqrstuvwxyz"
for (const first of letters) {
  for (const second of letters) {
    const name = names.of(first + second)
    if (name !== undefined && !codes.has(name.toLowerCase())) codes.set(name.toLowerCase(), first + second)
  }
}

// Whisper's own words where they differ.
codes.set("castilian", "es").set("mandarin", "zh").set("flemish", "nl").set("valencian", "ca").set("haitian", "ht")

/** `french`, `French`, `fr-FR` and `fr` are the same. What is unknown stays as it is. */
export const normalise = (language: string | null): string | null => {
  const given = language?.trim() ?? ""
  if (given === "") return null
  const lower = given.toLowerCase()
  const [code] = /^[a-z]{2}(?=$|[-_])/.exec(lower) ?? []
  return code ?? codes.get(lower) ?? given.slice(0, 255)
}
