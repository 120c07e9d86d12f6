import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../../../../../modules/erp-portal"
import type ErpPortalService from "../../../../../modules/erp-portal/service"
import { readRfq } from "../../../../../rfqs/ask"

/** A request of this customer's company, with what was offered for it: `{ rfq }`. */
export async function GET(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const customerId = req.auth_context.actor_id
  const answer = await readRfq(portal.settings, customerId, req.params.number, new Date())
  res.set("Cache-Control", "no-store").status(answer.status).json(answer.body)
}
