import { createHmac } from "node:crypto"

// Standard Webhooks: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
const PREFIX = "whsec_"
const BASE64 = /^[A-Za-z0-9+/]+={0,2}$/

/** The bytes of a `whsec_…` secret, or null when it is not one (24 to 64 bytes in base64). */
export function secretKey(secret: string): Buffer | null {
  const encoded = secret.startsWith(PREFIX) ? secret.slice(PREFIX.length) : ""
  if (!BASE64.test(encoded)) return null
  const key = Buffer.from(encoded, "base64")
  return key.length >= 24 && key.length <= 64 ? key : null
}

/** The three headers of one attempt. `body` must be sent byte for byte as signed. */
export function signedHeaders(key: Buffer, id: string, body: string, now: Date): Record<string, string> {
  const timestamp = Math.floor(now.getTime() / 1000).toString()
  const mac = createHmac("sha256", key).update(`${id}.${timestamp}.${body}`).digest("base64")
  return {
    "webhook-id": id,
    "webhook-timestamp": timestamp,
    "webhook-signature": `v1,${mac}`,
  }
}
