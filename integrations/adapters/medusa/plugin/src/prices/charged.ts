import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"
import type { Ask, BuyerPricesBody } from "./body"

/** Why there is no price to tell. */
type Problem = "no_customer" | "no_variant" | "not_published" | "no_price"

export interface Charged {
  ref: string
  problem: Problem | null
  group_ids: string[]
  amount: string | null
  currency_code: string
  is_tax_inclusive: boolean
  price_id: string | null
  price_list_id: string | null
}

interface Row {
  id: string
  [name: string]: any
}

/**
 * What a cart of this customer would charge for one piece, with the context that Medusa's own cart
 * workflows give the Pricing module. A merchant's `setPricingContext` hooks are not asked.
 */
export async function charged(body: BuyerPricesBody, scope: MedusaContainer): Promise<Charged[]> {
  const wanted = (name: "customer_id" | "variant_id" | "region_id") => [
    ...new Set(body.asks.map((ask) => ask[name]).filter((one): one is string => !!one)),
  ]
  const [variants, customers, regions] = await Promise.all([
    rows("variant", ["id", "product.status", "price_set.id"], wanted("variant_id"), scope),
    rows("customer", ["*", "groups.*"], wanted("customer_id"), scope),
    rows("region", ["*"], wanted("region_id"), scope),
  ])
  const found: Charged[] = []
  for (const ask of body.asks) {
    const customer = ask.customer_id
      ? customers.get(ask.customer_id)
      : { groups: (ask.group_ids ?? []).map((id) => ({ id })) }
    const region = ask.region_id ? regions.get(ask.region_id) : undefined
    const variant = variants.get(ask.variant_id)
    const context = { ...contextOf(ask, customer, region), sales_channel_id: body.sales_channel_id }
    found.push(await chargedFor(ask, variant, customer, context, scope))
  }
  return found
}

async function chargedFor(
  ask: Ask,
  variant: Row | undefined,
  customer: any,
  context: Record<string, any>,
  scope: MedusaContainer
): Promise<Charged> {
  const answer: Charged = {
    ref: ask.ref,
    problem: null,
    group_ids: (customer?.groups ?? []).map((group: Row) => group.id),
    amount: null,
    currency_code: ask.currency_code,
    is_tax_inclusive: false,
    price_id: null,
    price_list_id: null,
  }
  if (!customer) return { ...answer, problem: "no_customer" }
  if (!variant) return { ...answer, problem: "no_variant" }
  if (variant.product?.status !== "published") return { ...answer, problem: "not_published" }
  const priceSet = variant.price_set?.id
  const prices = priceSet
    ? await scope.resolve(Modules.PRICING).calculatePrices({ id: [priceSet] }, { context })
    : []
  const price: any = prices[0]
  if (!price || price.calculated_amount === null) return { ...answer, problem: "no_price" }
  return {
    ...answer,
    amount: exact(price.raw_calculated_amount, price.calculated_amount),
    is_tax_inclusive: !!price.is_calculated_price_tax_inclusive,
    price_id: price.calculated_price?.id ?? null,
    price_list_id: price.calculated_price?.price_list_id ?? null,
  }
}

/** The prices of these ids that are (still) there, with what limits them. */
export async function pricesWith(ids: string[], scope: MedusaContainer): Promise<object[]> {
  if (!ids.length) return []
  const prices = await scope.resolve(Modules.PRICING).listPrices(
    { id: ids },
    { relations: ["price_list", "price_rules"], take: ids.length }
  )
  return prices.map((price: any) => ({
    id: price.id,
    amount: exact(price.raw_amount, price.amount),
    currency_code: price.currency_code,
    min_quantity: quantityOf(price.min_quantity),
    max_quantity: quantityOf(price.max_quantity),
    price_list_id: price.price_list?.id ?? price.price_list_id ?? null,
    is_plain: !(price.price_rules ?? []).length,
  }))
}

function contextOf(ask: Ask, customer: any, region: Row | undefined): Record<string, any> {
  return {
    customer,
    customer_id: ask.customer_id,
    email: customer?.email,
    region,
    region_id: ask.region_id,
    currency_code: ask.currency_code,
    quantity: Number(ask.quantity),
  }
}

const quantityOf = (value: unknown) => (value === null || value === undefined ? null : String(value))

/** All digits: the plain number went through a float. */
const exact = (raw: any, plain: unknown): string => String(raw?.value ?? plain)

async function rows(
  entity: string,
  fields: string[],
  ids: string[],
  scope: MedusaContainer
): Promise<Map<string, Row>> {
  if (!ids.length) return new Map()
  const query = scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({ entity, fields, filters: { id: ids } } as any)
  return new Map((data as Row[]).map((row) => [row.id, row]))
}
