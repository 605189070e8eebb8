/** The key of the one who looks: kept for as long as the tab, told to nobody but our own gateway. */

const name = "aiguilleur.key"

export const read = (): string | undefined => {
  try {
    return sessionStorage.getItem(name) ?? undefined
  } catch {
    return undefined
  }
}

export const write = (key: string | undefined): void => {
  try {
    if (key === undefined) sessionStorage.removeItem(name)
    else sessionStorage.setItem(name, key)
  } catch {
    // It is asked for again when the page is loaded anew.
  }
}
