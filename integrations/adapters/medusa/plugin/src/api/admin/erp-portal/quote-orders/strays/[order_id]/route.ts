import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { MedusaError } from "@medusajs/framework/utils"
import { ERP_PORTAL } from "../../../../../../modules/erp-portal"
import type ErpPortalService from "../../../../../../modules/erp-portal/service"
import { refuse } from "../../../../../../quotes/answers"
import { draftOf, removeDraft } from "../../../../../../quotes/orders"

/** Removes a stray draft order; the recorded order of a quote and all other orders are refused. */
export async function DELETE(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const orderId = req.params.order_id
  const { desk, ledger }: ErpPortalService = req.scope.resolve(ERP_PORTAL)
  const draft = await draftOf(orderId, req.scope)
  if (!draft) {
    throw new MedusaError(MedusaError.Types.NOT_FOUND, `${orderId} is no draft order of a quote`)
  }
  try {
    // Under the quote's claim: whoever created it and is not done yet can not record it any more.
    await desk.alone(draft.quote_ref, async () => {
      if ((await ledger.recorded([orderId])).has(orderId)) {
        throw new MedusaError(
          MedusaError.Types.NOT_ALLOWED,
          `${orderId} is the order of ${draft.quote_ref}, not a stray`,
          "no_stray"
        )
      }
      await removeDraft(orderId, req.scope)
    })
  } catch (error) {
    return refuse(res, error as Error)
  }
  res.json({ id: orderId, object: "draft-order", deleted: true })
}
