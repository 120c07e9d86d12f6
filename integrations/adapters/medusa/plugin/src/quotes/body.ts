import { z } from "@medusajs/framework/zod"

/** The key under which a draft order carries the portal's reference of its quote. */
export const QUOTE_KEY = "erp_quote_ref"

const text = z.string().max(1000)
// Texts, because a JSON number goes through a float.
const amount = z.string().regex(/^\d{1,14}(\.\d{1,10})?$/, "Amounts are texts such as '61.25'")
const quantity = amount.refine((value) => Number(value) > 0, "A quantity is greater than 0")
const metadata = z.record(z.string(), z.string())

const address = z
  .object({
    company: text.optional(),
    first_name: text.optional(),
    last_name: text.optional(),
    address_1: text.optional(),
    address_2: text.optional(),
    city: text.optional(),
    province: text.optional(),
    postal_code: text.optional(),
    country_code: z.string().regex(/^[a-z]{2}$/, "A country is two small letters, such as 'de'"),
    phone: text.optional(),
  })
  .strict()

// `unit_price` and `amount` are net, whatever the shop's own prices are.
const item = z
  .object({
    title: text.min(1),
    variant_id: text.min(1).optional(),
    variant_sku: text.min(1).optional(),
    quantity,
    unit_price: amount,
    metadata: metadata.optional(),
  })
  .strict()

const shippingMethod = z
  .object({ shipping_option_id: text.min(1), name: text.min(1), amount })
  .strict()

export const QuoteOrderBody = z.object({
  quote_ref: z
    .string()
    .regex(/^[a-z]+:[A-Za-z0-9._-]{1,100}$/, "A quote_ref looks like 'quote:Q-000123-1'"),
  currency_code: z.string().regex(/^[a-z]{3}$/, "A currency is three small letters"),
  region_id: text.min(1),
  sales_channel_id: text.min(1).optional(),
  email: z.string().email(),
  customer_id: text.min(1).optional(),
  items: z.array(item).min(1),
  shipping_methods: z.array(shippingMethod),
  shipping_address: address,
  billing_address: address,
  metadata: metadata.optional(),
})

export type QuoteOrderBody = z.infer<typeof QuoteOrderBody>

/** The content of the draft that the caller looked at (see digest.ts). */
export const ConvertBody = z.object({ digest: z.string().regex(/^[0-9a-f]{64}$/, "A digest is 64 hexadecimal digits") })

export type ConvertBody = z.infer<typeof ConvertBody>

export const StraysQuery = z.object({ before: z.string().datetime({ offset: true }) })
