/** The address of the playground with a scenario in it: behind the hash, where no server sees it. */

const base64url = (text: string): string => {
  let bytes = ""
  for (const byte of new TextEncoder().encode(text)) bytes += String.fromCharCode(byte)
  return btoa(bytes).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")
}

export const playground = (scenario: string): string => `../playground/#scenario=${base64url(scenario)}`
