import { createOrderWorkflow } from "@medusajs/medusa/core-flows"
import type { CreateOrderDTO, MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MedusaError, Modules } from "@medusajs/framework/utils"
import { QUOTE_KEY, type QuoteOrderBody } from "./body"
import { removeDraft } from "./orders"

/**
 * A new draft order with the quoted net prices; its id.
 *
 * Everything the buyer was promised comes from the quote, so nothing of the shop may change it:
 * prices are net also where the shop's own include the tax, and no promotion applies by itself.
 */
export async function createDraft(body: QuoteOrderBody, scope: MedusaContainer): Promise<string> {
  await refuseUnknown(body, scope)
  const { result: made } = await createOrderWorkflow(scope).run({ input: inputOf(body) })
  try {
    await dropShippingPromotions(made.id, scope)
    if (made.email !== body.email) {
      await scope.resolve(Modules.ORDER).updateOrders([{ id: made.id, email: body.email }])
    }
  } catch (error) {
    await removeDraft(made.id, scope)
    throw error
  }
  return made.id
}

/** The body as Medusa's own workflow takes it. */
export function inputOf(body: QuoteOrderBody): CreateOrderDTO {
  const { quote_ref, items, shipping_methods, email, metadata, ...rest } = body
  return {
    ...rest,
    // With both, Medusa makes a second customer when a guest's e-mail differs from this one.
    ...(rest.customer_id ? {} : { email }),
    status: "draft",
    is_draft_order: true,
    items: items.map((item) => ({ ...item, is_tax_inclusive: false, is_discountable: false })),
    shipping_methods: shipping_methods.map((one) => ({ ...one, is_tax_inclusive: false })),
    metadata: { ...metadata, [QUOTE_KEY]: quote_ref },
  } as CreateOrderDTO
}

// Medusa takes an unknown variant, shipping option or currency without a word.
async function refuseUnknown(body: QuoteOrderBody, scope: MedusaContainer): Promise<void> {
  const query = scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data: regions } = await query.graph({
    entity: "region",
    fields: ["id", "currency_code"],
    filters: { id: body.region_id },
  })
  if (!regions.length) throw invalid(`Region with id: ${body.region_id} was not found`)
  if (regions[0].currency_code !== body.currency_code) {
    throw invalid(`Region ${body.region_id} sells in ${regions[0].currency_code}, not ${body.currency_code}`)
  }
  await refuseUnknownVariants(body, scope)
  await refuseUnknownOptions(body, scope)
}

async function refuseUnknownVariants(body: QuoteOrderBody, scope: MedusaContainer): Promise<void> {
  const wanted = idsOf(body.items.map((item) => item.variant_id))
  if (!wanted.length) return
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "variant",
    fields: ["id", "product.status"],
    filters: { id: wanted },
  })
  const sold = new Set(data.filter((one) => one.product?.status === "published").map((one) => one.id))
  const missing = wanted.filter((id) => !sold.has(id))
  if (missing.length) {
    throw invalid(
      `Variants ${missing.join(", ")} do not exist or belong to a product that is not published`
    )
  }
}

async function refuseUnknownOptions(body: QuoteOrderBody, scope: MedusaContainer): Promise<void> {
  const wanted = idsOf(body.shipping_methods.map((one) => one.shipping_option_id))
  if (!wanted.length) return
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "shipping_option",
    fields: ["id"],
    filters: { id: wanted },
  })
  const known = new Set(data.map((one) => one.id))
  const missing = wanted.filter((id) => !known.has(id))
  if (missing.length) throw invalid(`Shipping options ${missing.join(", ")} do not exist`)
}

/** Automatic promotions spare lines that are not discountable; shipping has no such mark. */
async function dropShippingPromotions(orderId: string, scope: MedusaContainer): Promise<void> {
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "order",
    fields: ["id", "shipping_methods.id", "shipping_methods.adjustments.id"],
    filters: { id: orderId },
  })
  const methods: { adjustments?: { id: string }[] }[] = data[0]?.shipping_methods ?? []
  const ids = methods.flatMap((method) => (method.adjustments ?? []).map((row) => row.id))
  if (ids.length) await scope.resolve(Modules.ORDER).deleteOrderShippingMethodAdjustments(ids)
}

const idsOf = (ids: (string | undefined)[]) => [...new Set(ids.filter((id): id is string => !!id))]

const invalid = (message: string) => new MedusaError(MedusaError.Types.INVALID_DATA, message)
