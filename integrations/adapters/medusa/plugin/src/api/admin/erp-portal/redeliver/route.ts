import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { ERP_PORTAL } from "../../../../modules/erp-portal"
import type ErpPortalService from "../../../../modules/erp-portal/service"

/** Starts sending everything that is kept, now; answers before it is done. */
export async function POST(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const portal: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  res.status(202).json({ pending: await portal.redeliver(), configured: portal.canSend })
}
