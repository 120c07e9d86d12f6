import { randomUUID } from "node:crypto"
import { signedHeaders } from "../modules/erp-portal/delivery/signing"
import type { Settings } from "../modules/erp-portal/settings"

/** One question to the portal. Its `path` starts with /api/ and holds no character to escape. */
export interface Question {
  method: "GET" | "POST"
  path: string
  /** What the message is for: its id starts like this, and the portal takes it for that alone. */
  purpose: "handover" | "rfq"
  body?: object
  headers?: Record<string, string>
}

export interface Reply {
  status: number
  words: string
}

/** An address of the portal, beside the hook address; null where that is none of a portal. */
export function portalAddress(hookUrl: string, path: string): string | null {
  const found = /^(https?:\/\/[^?#]+?)\/api\/hooks\/[^/?#]+\/?$/.exec(hookUrl)
  return found && `${found[1]}${path}`
}

/**
 * Asks and waits for the answer. Null where the plugin is not set up; throws where the portal
 * does not answer. Without a body the method and the path are signed in its place.
 */
export async function callPortal(
  settings: Settings,
  { method, path, purpose, body, headers }: Question,
  now: Date
): Promise<Reply | null> {
  const address = settings.problem === null ? portalAddress(settings.url, path) : null
  if (!settings.enabled || !address) return null
  const sent = body && JSON.stringify(body)
  const answer = await fetch(address, {
    method,
    headers: {
      ...headers,
      ...(sent && { "content-type": "application/json" }),
      // The portal answers each id once: a new one for every time somebody asks.
      ...signedHeaders(settings.key, `${purpose}_${randomUUID()}`, sent ?? `${method} ${path}`, now),
    },
    body: sent,
    redirect: "manual", // the signature is meant for this address alone
    signal: AbortSignal.timeout(settings.timeoutMs),
  })
  return { status: answer.status, words: await answer.text() }
}
