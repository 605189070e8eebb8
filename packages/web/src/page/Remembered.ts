/** What a visitor chose on an earlier visit; a browser that remembers nothing is no error. */

const prefix = "aiguilleur."

export const read = (name: string): string | undefined => {
  try {
    return localStorage.getItem(prefix + name) ?? undefined
  } catch {
    return undefined
  }
}

export const write = (name: string, value: string): void => {
  try {
    localStorage.setItem(prefix + name, value)
  } catch {
    // Private windows and full disks: it is chosen again next time.
  }
}
