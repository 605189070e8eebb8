/** Names that may be fetched and called although they lead to this machine or network: for tests and closed networks. */
export interface Target {
  readonly address: string
  readonly port: number | undefined
}

export type FetchHosts = ReadonlyMap<string, Target>

export const expected = "a list like media.test=127.0.0.1:9000,hook.test=10.0.0.7"

const entry = /^([^=\s]+)=(?:\[([^\]\s]+)\]|([^:\s]+))(?::(\d{1,5}))?$/

/** `media.test=127.0.0.1:9000,hook.test=[::1]:9001`; undefined when an entry reads otherwise. */
export const parse = (text: string): FetchHosts | undefined => {
  const hosts = new Map<string, Target>()
  for (const item of text.split(",").map((item) => item.trim()).filter((item) => item !== "")) {
    const [, host, bracketed, plain, port] = entry.exec(item) ?? []
    const address = bracketed ?? plain
    if (host === undefined || address === undefined) return undefined
    hosts.set(host.toLowerCase(), { address, port: port === undefined ? undefined : Number(port) })
  }
  return hosts
}
