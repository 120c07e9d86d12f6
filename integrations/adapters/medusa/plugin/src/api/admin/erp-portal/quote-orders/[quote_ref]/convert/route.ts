import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { answerWithOrder } from "../../../../../../quotes/answers"
import { ordersIn } from "../../../../../../quotes/orders"

/** Makes the quote's draft an order; one that is an order already is answered as it is. */
export async function POST(req: AuthenticatedMedusaRequest, res: MedusaResponse): Promise<void> {
  const quoteRef = req.params.quote_ref
  await answerWithOrder(req, res, quoteRef, (desk) => desk.convert(quoteRef, ordersIn(req.scope)))
}
