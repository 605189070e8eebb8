/** Names that may be fetched and called although they lead to this machine or network: for tests and closed networks. */
export interface Target {
  readonly address: string
  readonly port: number | undefined
}

export type FetchHosts = ReadonlyMap<string, Target>

/** `media.test=127.0.0.1:9000,hook.test=127.0.0.1:9001` */
export const parse = (text: string): FetchHosts =>
  new Map(
    text.split(",").flatMap((entry) => {
      const [, host, bracketed, plain, port] = /^\s*([^=\s]+)=(?:\[([^\]]+)\]|([^:\s]+))(?::(\d+))?\s*$/.exec(entry) ??
        []
      const address = bracketed ?? plain
      return host === undefined || address === undefined
        ? []
        : [[host.toLowerCase(), { address, port: port === undefined ? undefined : Number(port) }] as const]
    })
  )
