import { randomUUID } from "node:crypto"
import { signedHeaders } from "../modules/erp-portal/delivery/signing"
import type { Settings } from "../modules/erp-portal/settings"

export interface Customer {
  id: string
  email: string
}

/** What the store's own page is told: an address to send the browser to, or why there is none. */
export type Answer =
  | { status: 200; body: { url: string } }
  | { status: 404 | 502 | 503; body: { type: string; message: string } }

/** The portal's hand-over address, beside the hook address; null where that is none of a portal. */
export function handoverAddress(hookUrl: string): string | null {
  const found = /^(https?:\/\/[^?#]+?)\/api\/hooks\/[^/?#]+\/?$/.exec(hookUrl)
  return found && `${found[1]}/api/portal/handover`
}

/** Asks the portal to let this customer's browser in, once and soon. Never throws. */
export async function askForHandover(
  settings: Settings,
  customer: Customer,
  now: Date
): Promise<Answer> {
  const address = settings.problem === null ? handoverAddress(settings.url) : null
  if (!settings.enabled || !address) {
    return refusal(503, "not_configured", "The portal is not connected to this store.")
  }
  try {
    return answerOf(await post(settings, address, customer, now))
  } catch {
    return refusal(502, "portal_unreachable", "The portal did not answer. Try again in a minute.")
  }
}

async function post(settings: Settings, address: string, customer: Customer, now: Date) {
  const body = JSON.stringify({ customer_id: customer.id, email: customer.email })
  const answer = await fetch(address, {
    method: "POST",
    headers: {
      "content-type": "application/json",
      // The portal answers each id once: a new one for every time somebody asks.
      ...signedHeaders(settings.key, `handover_${randomUUID()}`, body, now),
    },
    body,
    redirect: "manual", // the signature is meant for this address alone
    signal: AbortSignal.timeout(settings.timeoutMs),
  })
  return { status: answer.status, words: await answer.text() }
}

/** What the portal said, in the store's words. The browser is only sent to a web address. */
export function answerOf({ status, words }: { status: number; words: string }): Answer {
  const url = status === 200 ? addressIn(words) : null
  if (url) return { status: 200, body: { url } }
  if (status === 404) {
    return refusal(404, "not_found", "This customer has no access to the portal.")
  }
  return refusal(502, "portal_refused", `The portal answered ${status}.`)
}

function addressIn(words: string): string | null {
  try {
    const { url } = JSON.parse(words)
    return ["http:", "https:"].includes(new URL(url).protocol) ? url : null
  } catch {
    return null
  }
}

const refusal = (status: 404 | 502 | 503, type: string, message: string): Answer => ({
  status,
  body: { type, message },
})
