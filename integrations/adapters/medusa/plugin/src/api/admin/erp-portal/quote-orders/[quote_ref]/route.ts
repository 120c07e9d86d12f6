import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../../../../../modules/erp-portal"
import type ErpPortalService from "../../../../../modules/erp-portal/service"
import { answerWithOrder, refuse } from "../../../../../quotes/answers"
import { ordersIn } from "../../../../../quotes/orders"

/** The order of a quote, draft or converted. */
export async function GET(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const quoteRef = req.params.quote_ref
  await answerWithOrder(req, res, quoteRef, (desk) => desk.placed(quoteRef, ordersIn(req.scope)))
}

/** Removes the quote's draft; one that is gone is left, one that became an order is refused. */
export async function DELETE(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const quoteRef = req.params.quote_ref
  const { desk }: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  try {
    await desk.discard(quoteRef, ordersIn(req.scope))
  } catch (error) {
    return refuse(res, error as Error)
  }
  res.json({ quote_ref: quoteRef, object: "quote-order", deleted: true })
}
