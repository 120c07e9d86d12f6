import type { MedusaContainer } from "@medusajs/framework/types"
import { ERP_PORTAL } from "../modules/erp-portal"
import type ErpPortalService from "../modules/erp-portal/service"

/** Sends what is due again: after an outage of the portal or a restart of Medusa. */
export default async function deliverMessages(container: MedusaContainer): Promise<void> {
  container.resolve<ErpPortalService>(ERP_PORTAL).wake()
}

export const config = { name: "erp-portal-deliver-messages", schedule: "* * * * *" }
