import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../../../../modules/erp-portal"
import type ErpPortalService from "../../../../modules/erp-portal/service"
import { keyOf, messageOf, sendRfq } from "../../../../rfqs/ask"
import type { RfqBody } from "../../../../rfqs/body"
import { cartOf, linesOf } from "../../../../rfqs/cart"

/**
 * A signed-in customer asks for a quote: `{ rfq }`. Who they are comes from their login, and what
 * is in a cart from the cart, never from the request.
 */
export async function POST(
  req: AuthenticatedMedusaRequest<RfqBody>,
  res: MedusaResponse
): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const body = req.validatedBody
  const customerId = req.auth_context.actor_id
  const { lines, currency } = await askedFor(req, body)
  const message = messageOf(customerId, body, lines, currency)
  const key = keyOf(req.get("idempotency-key"), body.cart_id, message)
  const answer = await sendRfq(portal.settings, message, key, new Date())
  res.set("Cache-Control", "no-store").status(answer.status).json(answer.body)
}

async function askedFor(req: AuthenticatedMedusaRequest<RfqBody>, body: RfqBody) {
  if (!body.cart_id) return { lines: body.lines ?? [], currency: body.currency_code ?? "" }
  const cart = await cartOf(body.cart_id, req.auth_context.actor_id, req.scope)
  return { lines: linesOf(cart.items, body.wishes), currency: cart.currency_code }
}
