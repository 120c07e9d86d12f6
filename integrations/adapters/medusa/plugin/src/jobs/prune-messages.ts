import type { MedusaContainer } from "@medusajs/framework/types"
import { ERP_PORTAL } from "../modules/erp-portal"
import type ErpPortalService from "../modules/erp-portal/service"

const KEPT_DAYS = 30

/** Removes delivered messages after a month; what is not delivered stays. */
export default async function pruneMessages(container: MedusaContainer): Promise<void> {
  const pruned = await container.resolve<ErpPortalService>(ERP_PORTAL).outbox.prune(KEPT_DAYS)
  if (pruned) container.resolve("logger").info(`erp-portal: pruned ${pruned} delivered messages`)
}

export const config = { name: "erp-portal-prune-messages", schedule: "17 3 * * *" }
