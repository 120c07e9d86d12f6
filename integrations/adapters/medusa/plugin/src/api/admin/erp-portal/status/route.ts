import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../../../../modules/erp-portal"
import type ErpPortalService from "../../../../modules/erp-portal/service"
import { version } from "../../../../../package.json"

/** Whether the plugin is set up and how far it got; what the portal's "test connection" reads. */
export async function GET(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const { enabled, problem } = portal.settings
  res.json({
    version,
    enabled,
    configured: portal.canSend,
    problem,
    ...(await portal.outbox.summary()),
  })
}
