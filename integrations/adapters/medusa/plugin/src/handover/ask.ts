import type { Settings } from "../modules/erp-portal/settings"
import { callPortal, portalAddress } from "../portal/call"

const PATH = "/api/portal/handover"

export interface Customer {
  id: string
  email: string
}

/** What the store's own page is told: an address to send the browser to, or why there is none. */
export type Answer =
  | { status: 200; body: { url: string } }
  | { status: 404 | 502 | 503; body: { type: string; message: string } }

/** The portal's hand-over address, beside the hook address; null where that is none of a portal. */
export const handoverAddress = (hookUrl: string): string | null => portalAddress(hookUrl, PATH)

/** Asks the portal to let this customer's browser in, once and soon. Never throws. */
export async function askForHandover(
  settings: Settings,
  customer: Customer,
  now: Date
): Promise<Answer> {
  const body = { customer_id: customer.id, email: customer.email }
  try {
    const reply = await callPortal(settings, { method: "POST", path: PATH, purpose: "handover", body }, now)
    if (reply) return answerOf(reply)
  } catch {
    return refusal(502, "portal_unreachable", "The portal did not answer. Try again in a minute.")
  }
  return refusal(503, "not_configured", "The portal is not connected to this store.")
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
