import { createHash } from "node:crypto"
import type { Settings } from "../modules/erp-portal/settings"
import { callPortal, type Question, type Reply } from "../portal/call"
import type { Line, RfqBody } from "./body"

/** What the store's own page is told. */
export interface Answer {
  status: number
  body: { rfq: object } | { code: string; type: string; message: string; field?: string }
}

const PATH = "/api/rfqs"
const KEY = /^[\x21-\x7e]{1,120}$/
const NUMBER = /^RFQ-\d{6,18}$/
const CUSTOMER = /^[A-Za-z0-9_-]{1,64}$/
/** What the portal refuses for a reason that is the asker's, and Medusa's word for it. */
const TYPES: Record<number, string> = {
  400: "invalid_data",
  404: "not_found",
  409: "not_allowed",
  413: "invalid_data",
  422: "invalid_data",
}
/** These are about the plugin's own message. */
const OURS = ["already_answered", "malformed", "idempotency_key_missing"]

/** The portal's body of a request. */
export function messageOf(customerId: string, body: RfqBody, lines: Line[], currency: string): object {
  const { cart_id, reference, note, needed_by } = body
  return {
    customer_id: customerId,
    currency,
    source: cart_id ? "cart" : "product",
    cart_id,
    reference,
    note,
    needed_by,
    lines,
  }
}

/**
 * The key of a request: the sender's own, else one that is the same for the same cart with the
 * same content. Null where there is neither: the same product may be asked for twice.
 */
export function keyOf(given: string | undefined, cartId: string | undefined, message: object): string | null {
  if (given !== undefined) return KEY.test(given) ? given : null
  if (!cartId) return null
  return `cart_${createHash("sha256").update(JSON.stringify(message)).digest("hex")}`
}

/** Sends a request for quote. Never throws. */
export async function sendRfq(
  settings: Settings,
  message: object,
  key: string | null,
  now: Date
): Promise<Answer> {
  if (!key) {
    const text = "Send an Idempotency-Key of 1 to 120 visible ASCII characters."
    return refusal(400, "idempotency_key_missing", text)
  }
  const headers = { "idempotency-key": key }
  return ask(settings, { method: "POST", path: PATH, purpose: "rfq", body: message, headers }, now)
}

/** Reads one back, for the customer whose account it belongs to. Never throws. */
export async function readRfq(
  settings: Settings,
  customerId: string,
  number: string,
  now: Date
): Promise<Answer> {
  if (!NUMBER.test(number) || !CUSTOMER.test(customerId)) {
    return refusal(404, "not_found", "There is nothing of this number.")
  }
  const path = `${PATH}/${number}?customer_id=${customerId}`
  return ask(settings, { method: "GET", path, purpose: "rfq" }, now)
}

async function ask(settings: Settings, question: Question, now: Date): Promise<Answer> {
  try {
    const reply = await callPortal(settings, question, now)
    if (reply) return answerOf(reply)
  } catch {
    return refusal(502, "portal_unreachable", "The portal did not answer. Try again in a minute.")
  }
  return refusal(503, "not_configured", "The portal is not connected to this store.")
}

/** The portal's answer in the store's form; a refusal keeps its code, words and field. */
export function answerOf({ status, words }: Reply): Answer {
  const told = objectIn(words)
  if ((status === 200 || status === 201) && typeof told?.number === "string") {
    return { status, body: { rfq: told } }
  }
  const { code, message, field } = told ?? {}
  if (TYPES[status] && typeof code === "string" && !OURS.includes(code)) {
    return refusal(status, code, String(message), typeof field === "string" ? field : undefined)
  }
  return refusal(502, "portal_refused", `The portal answered ${status}.`)
}

function objectIn(words: string): Record<string, unknown> | null {
  try {
    const told: unknown = JSON.parse(words)
    return typeof told === "object" && !Array.isArray(told) ? (told as Record<string, unknown>) : null
  } catch {
    return null
  }
}

function refusal(status: number, code: string, message: string, field?: string): Answer {
  const type = TYPES[status] ?? code
  return { status, body: { code, type, message, ...(field && { field }) } }
}
