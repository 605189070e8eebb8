/** How far a transcript is from what was said, in words. */

/** As they are heard: capitals, punctuation, hyphens and the sign of an elision make no difference. */
const wordsOf = (text: string): ReadonlyArray<string> =>
  text.toLowerCase().replaceAll(/\b(mister|mr\.?)(?=\s)/g, "mr").replaceAll(/[^\p{L}\p{N}]+/gu, " ").trim().split(" ")

/** Words to change, to leave out or to put in, for each word that was said. */
export const rate = (said: string, heard: string): number => {
  const [wanted, found] = [wordsOf(said), wordsOf(heard)]
  let row = found.map((_, index) => index + 1)
  for (const [index, word] of wanted.entries()) {
    let [diagonal, left] = [index, index + 1]
    row = row.map((above, column) => {
      left = Math.min(above + 1, left + 1, diagonal + (word === found[column] ? 0 : 1))
      diagonal = above
      return left
    })
  }
  return (row.at(-1) ?? wanted.length) / wanted.length
}
