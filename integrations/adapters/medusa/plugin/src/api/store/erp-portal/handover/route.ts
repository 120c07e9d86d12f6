import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import { askForHandover } from "../../../../handover/ask"
import { ERP_PORTAL } from "../../../../modules/erp-portal"
import type ErpPortalService from "../../../../modules/erp-portal/service"

/**
 * For a signed-in customer: `{ url }`, which lets their browser into the portal, once, within a
 * minute. Who they are comes from their login, never from the request.
 */
export async function POST(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const query = req.scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({
    entity: "customer",
    fields: ["id", "email"],
    filters: { id: req.auth_context.actor_id },
  })
  const customer = { id: req.auth_context.actor_id, email: data[0]?.email ?? "" }
  const { status, body } = await askForHandover(portal.settings, customer, new Date())
  res.set("Cache-Control", "no-store").status(status).json(body)
}
