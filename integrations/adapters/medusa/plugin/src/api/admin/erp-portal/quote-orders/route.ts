import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { answerWithOrder } from "../../../../quotes/answers"
import type { QuoteOrderBody } from "../../../../quotes/body"
import { createDraft } from "../../../../quotes/create"
import { ordersIn } from "../../../../quotes/orders"

/** Creates the draft order of a quote, or answers with the one that is there. */
export async function POST(
  req: AuthenticatedMedusaRequest<QuoteOrderBody>,
  res: MedusaResponse
): Promise<void> {
  const body = req.validatedBody
  await answerWithOrder(req, res, body.quote_ref, (desk) =>
    desk.place(body.quote_ref, ordersIn(req.scope), () => createDraft(body, req.scope))
  )
}
