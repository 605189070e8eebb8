/** The sockets to the servers: one undici client each, so that whether a request is the first on its socket is known. */
import type { Duplex } from "node:stream"
import { buildConnector, Client } from "undici"
import type { Dispatcher } from "undici"

const noop = () => {}

const options: Client.Options = {
  allowH2: false,
  pipelining: 1,
  // Shorter than uvicorn's five seconds, and not to be lengthened by what a server suggests.
  keepAliveTimeout: 3_000,
  keepAliveMaxTimeout: 3_000,
  headersTimeout: 0,
  bodyTimeout: 0
}

/** One socket to a server, or the place for one; it carries one request at a time. */
export class Connection {
  readonly origin: string
  /** Whether the present socket has carried an answer before: then a reset may only mean that it had grown old. */
  served = false
  private readonly client: Client
  /** What undici forgets until its own timer remembers it: a socket of which nothing has become yet. */
  private connecting: Duplex | undefined = undefined

  constructor(
    origin: string,
    connector: buildConnector.connector,
    options: Client.Options,
    onDisconnect: (connection: Connection) => void
  ) {
    this.origin = origin
    const connect: buildConnector.connector = (where, callback) => {
      // Its types do not say so, but it gives the socket.
      this.connecting = connector(where, (...result) => {
        this.connecting = undefined
        callback(...result)
      }) as Duplex | undefined
    }
    const client = new Client(origin, { ...options, connect })
    this.client = client
    client.on("disconnect", () => {
      this.served = false
      onDisconnect(this)
    })
  }

  dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): void {
    this.client.dispatch(options, handler)
  }

  /** Aborts what it carries, even before there is a socket, and is of no more use. */
  destroy(reason?: Error): void {
    if (!this.client.destroyed) this.client.destroy(reason ?? null, noop)
    this.connecting?.destroy()
  }
}

export class Connections {
  // The most recently used first: sockets that are not needed grow old and close.
  private readonly idle = new Map<string, Array<Connection>>()
  private readonly connector: buildConnector.connector
  private closed = false

  /** `timeout` in milliseconds, for a connection to come about. */
  constructor(timeout: number) {
    this.connector = buildConnector({ allowH2: false, timeout })
  }

  take(origin: string): Connection {
    return this.idle.get(origin)?.pop() ?? this.fresh(origin)
  }

  /** A place for a socket that has served nobody yet. */
  fresh(origin: string): Connection {
    return new Connection(origin, this.connector, options, this.forget)
  }

  /** Its answer is complete: it may carry another request. */
  give(connection: Connection): void {
    if (this.closed) return connection.destroy()
    connection.served = true
    const idle = this.idle.get(connection.origin)
    if (idle === undefined) this.idle.set(connection.origin, [connection])
    else idle.push(connection)
  }

  close(): void {
    this.closed = true
    for (const idle of this.idle.values()) for (const connection of idle) connection.destroy()
    this.idle.clear()
  }

  /** An idle socket closed: there is nothing left to keep. */
  private readonly forget = (connection: Connection): void => {
    const idle = this.idle.get(connection.origin)
    const at = idle === undefined ? -1 : idle.indexOf(connection)
    if (idle === undefined || at === -1) return
    idle.splice(at, 1)
    if (idle.length === 0) this.idle.delete(connection.origin)
    connection.destroy()
  }
}
