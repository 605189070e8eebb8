/** The servers that a decision looks at instead of all: those with room, and those that something may keep out. */
import { hasRoom } from "../Admission.ts"
import type { ServerState, State } from "../State.ts"

/** To be called whenever its leases or its slots are other than they were. */
export const occupied = ({ roomy }: State, host: ServerState): void => {
  if (hasRoom(host)) roomy.add(host)
  else roomy.delete(host)
}

/** To be called whenever something begins to keep it out, or may have ceased to; also of one that was forgotten. */
export const ailed = ({ ailing, now, servers }: State, host: ServerState): void => {
  if (servers.get(host.server.url) === host && isAiling(host, now)) ailing.add(host)
  else ailing.delete(host)
}

/** What time alone ends leaves it on the list until it next answers: nothing is missed by a look too many. */
const isAiling = ({ draining, ejection, heldOffUntil, pairs }: ServerState, now: number): boolean => {
  if (ejection !== undefined || draining !== undefined || now < heldOffUntil) return true
  for (const { unknownUntil } of pairs.values()) if (now < unknownUntil) return true
  return false
}

/** It left the configuration, and its last lease has ended. */
export const forget = ({ ailing, roomy, servers }: State, host: ServerState): void => {
  servers.delete(host.server.url)
  roomy.delete(host)
  ailing.delete(host)
}
