import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../modules/erp-portal"
import {
  NoQuoteOrder,
  QuoteBusy,
  type QuoteDesk,
  QuoteOrderChanged,
  QuoteOrderPlaced,
} from "../modules/erp-portal/quotes/desk"
import type ErpPortalService from "../modules/erp-portal/service"
import { digestOf } from "./digest"
import { readOrder } from "./orders"

/**
 * Answers with the quote's order, or says why there is none. `find` gives its id, null when there
 * is none. Medusa's own 409 has a fixed text and code, so a busy quote is answered here.
 */
export async function answerWithOrder(
  req: MedusaRequest,
  res: MedusaResponse,
  quoteRef: string,
  find: (desk: QuoteDesk) => Promise<string | null>
): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  try {
    const orderId = await find(portal.desk)
    const order = orderId ? await readOrder(orderId, req.scope) : undefined
    if (!order) throw new NoQuoteOrder(quoteRef)
    res.json({ quote_order: { quote_ref: quoteRef, order, digest: digestOf(order) } })
  } catch (error) {
    refuse(res, error as Error)
  }
}

/** The answers that are ours; every other error is Medusa's to answer. */
export function refuse(res: MedusaResponse, error: Error): void {
  if (error instanceof QuoteBusy) {
    res.status(409).json({ code: "quote_order_busy", type: "conflict", message: error.message })
  } else if (error instanceof QuoteOrderChanged) {
    res.status(409).json({ code: "quote_order_changed", type: "conflict", message: error.message })
  } else if (error instanceof NoQuoteOrder) {
    res.status(404).json({ code: "no_quote_order", type: "not_found", message: error.message })
  } else if (error instanceof QuoteOrderPlaced) {
    res.status(400).json({ code: "quote_order_placed", type: "not_allowed", message: error.message })
  } else {
    throw error
  }
}
