import { z } from "@medusajs/framework/zod"

const id = z.string().min(1).max(100)
// A text, because a JSON number goes through a float.
const quantity = z
  .string()
  .regex(/^\d{1,14}(\.\d{1,10})?$/, "Quantities are texts such as '12'")
  .refine((value) => Number(value) > 0, "A quantity is greater than 0")

const ask = z
  .object({
    ref: z.string().min(1).max(200),
    variant_id: id,
    quantity,
    currency_code: z.string().regex(/^[a-z]{3}$/, "A currency is three small letters"),
    region_id: id.optional(),
    customer_id: id.optional(),
    group_ids: z.array(id).max(100).optional(),
  })
  .strict()
  .refine((one) => !one.customer_id || !one.group_ids, "Either a customer_id or group_ids")

export const BuyerPricesBody = z.object({
  asks: z.array(ask).max(100),
  price_ids: z.array(id).max(500).optional(),
  sales_channel_id: id.optional(),
})

export type Ask = z.infer<typeof ask>
export type BuyerPricesBody = z.infer<typeof BuyerPricesBody>
