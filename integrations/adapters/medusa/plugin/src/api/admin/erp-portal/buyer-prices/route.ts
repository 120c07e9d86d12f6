import type { AuthenticatedMedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import type { BuyerPricesBody } from "../../../../prices/body"
import { charged, pricesWith } from "../../../../prices/charged"

/** What buyers would be charged, and the rows of prices behind it. Writes nothing. */
export async function POST(
  req: AuthenticatedMedusaRequest<BuyerPricesBody>,
  res: MedusaResponse
): Promise<void> {
  const body = req.validatedBody
  const answers = await charged(body, req.scope)
  const used = answers.map((one) => one.price_id).filter((id): id is string => !!id)
  const ids = [...new Set([...used, ...(body.price_ids ?? [])])]
  res.json({ buyer_prices: answers, prices: await pricesWith(ids, req.scope) })
}
