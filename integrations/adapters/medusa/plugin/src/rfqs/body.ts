import { z } from "@medusajs/framework/zod"

// The portal says what is too long or too much and names the field; here it is about the shape.
const text = z.string().max(4000)
// Texts, because a JSON number goes through a float.
const amount = z.string().regex(/^\d{1,14}(\.\d{1,6})?$/, "Numbers are texts such as '61.25'")
const choice = z.object({ name: text.min(1), value: text }).strict()

const line = z
  .object({
    sku: text.optional(),
    title: text.optional(),
    quantity: amount,
    unit: text.min(1).optional(),
    target_price: amount.optional(),
    note: text.optional(),
    configuration: z.array(choice).optional(),
  })
  .strict()

const wish = z
  .object({ item_id: text.min(1), target_price: amount.optional(), note: text.optional() })
  .strict()

/** Either a cart, whose lines are read here, or lines as a product page knows them. */
export const RfqBody = z
  .object({
    cart_id: text.min(1).optional(),
    wishes: z.array(wish).max(500).optional(),
    lines: z.array(line).min(1).max(500).optional(),
    currency_code: z.string().regex(/^[A-Za-z]{3}$/, "A currency is three letters").optional(),
    reference: text.optional(),
    note: text.optional(),
    needed_by: z.string().regex(/^\d{4}-\d{2}-\d{2}$/, "A day is like '2027-01-31'").optional(),
  })
  .strict()
  .superRefine((body, context) => {
    const refuse = (message: string) => context.addIssue({ code: "custom", message })
    if (!body.cart_id === !body.lines) refuse("Send either a cart_id or lines")
    if (body.lines && !body.currency_code) refuse("Lines need a currency_code")
    if (body.lines && body.wishes) refuse("Wishes are for the lines of a cart")
    if (body.cart_id && body.currency_code) refuse("A cart has a currency of its own")
  })

export type RfqBody = z.infer<typeof RfqBody>
export type Line = z.infer<typeof line>
export type Wish = z.infer<typeof wish>
