import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { answerWithOrder } from "../../../../../quotes/answers"
import { ordersIn } from "../../../../../quotes/orders"

/** The order of a quote, draft or converted. */
export async function GET(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const quoteRef = req.params.quote_ref
  await answerWithOrder(req, res, quoteRef, (desk) => desk.placed(quoteRef, ordersIn(req.scope)))
}
