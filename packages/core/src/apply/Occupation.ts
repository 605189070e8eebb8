/** Which servers have room, kept as leases come and go. */
import { hasRoom } from "../Admission.ts"
import type { ServerState, State } from "../State.ts"

/** To be called whenever its leases or its slots are other than they were. */
export const occupied = ({ roomy }: State, host: ServerState): void => {
  if (hasRoom(host)) roomy.add(host)
  else roomy.delete(host)
}

/** It left the configuration, and its last lease has ended. */
export const forget = ({ roomy, servers }: State, host: ServerState): void => {
  servers.delete(host.server.url)
  roomy.delete(host)
}
