import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { zodValidator } from "@medusajs/framework"
import { ERP_PORTAL } from "../../../../../modules/erp-portal"
import type ErpPortalService from "../../../../../modules/erp-portal/service"
import { StraysQuery } from "../../../../../quotes/body"
import { draftsBefore } from "../../../../../quotes/orders"

/** Draft orders older than `before` that name a quote but are not its recorded order. */
export async function GET(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const { before } = await zodValidator(StraysQuery, req.query)
  const { ledger }: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const drafts = await draftsBefore(new Date(before), req.scope)
  // In this order: a quote that is not busy any more has recorded its order.
  const busy = await ledger.busy(drafts.map((draft) => draft.quote_ref))
  const recorded = await ledger.recorded(drafts.map((draft) => draft.order_id))
  const strays = drafts.filter((one) => !recorded.has(one.order_id) && !busy.has(one.quote_ref))
  res.json({ strays, count: strays.length })
}
