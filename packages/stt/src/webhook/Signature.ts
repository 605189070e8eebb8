/** What lets a client check that a webhook is ours, recent, and new to it: the headers of Standard Webhooks. */
import { createHmac } from "node:crypto"

/** The signature covers the id, the time and the body, with the client's own key. */
export const headersOf = (id: string, body: string, key: string, at: Date): Record<string, string> => {
  const timestamp = String(Math.floor(at.getTime() / 1000))
  const secret = Buffer.from(key.replace(/^whsec_/, ""), "base64url")
  const signature = createHmac("sha256", secret).update(`${id}.${timestamp}.${body}`).digest("base64")
  return {
    "content-type": "application/json",
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${signature}`
  }
}
