import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { answerWithOrder } from "../../../../../../quotes/answers"
import type { ConvertBody } from "../../../../../../quotes/body"
import { ordersIn } from "../../../../../../quotes/orders"

/**
 * Makes the quote's draft an order, if it still is what the caller looked at; one that is an
 * order already is answered as it is.
 */
export async function POST(
  req: AuthenticatedMedusaRequest<ConvertBody>,
  res: MedusaResponse
): Promise<void> {
  const quoteRef = req.params.quote_ref
  const { digest } = req.validatedBody
  await answerWithOrder(req, res, quoteRef, (desk) =>
    desk.convert(quoteRef, ordersIn(req.scope), digest)
  )
}
