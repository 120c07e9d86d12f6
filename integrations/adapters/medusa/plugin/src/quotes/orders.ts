import {
  convertDraftOrderWorkflow,
  deleteDraftOrdersWorkflow,
  deleteReservationsByLineItemsWorkflow,
} from "@medusajs/medusa/core-flows"
import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, Modules } from "@medusajs/framework/utils"
import type { Orders } from "../modules/erp-portal/quotes/desk"
import { QUOTE_KEY } from "./body"
import { digestOf } from "./digest"

/** What the portal reads of a quote's order; the exact decimals are in the rows of its lines. */
const FIELDS = [
  "id",
  "display_id",
  "custom_display_id",
  "status",
  "is_draft_order",
  "currency_code",
  "email",
  "customer_id",
  "sales_channel_id",
  "metadata",
  "created_at",
  "updated_at",
  "total",
  "subtotal",
  "tax_total",
  "shipping_address.*",
  "billing_address.*",
  "items.*",
  "items.detail.*",
  "items.tax_lines.*",
  "items.adjustments.*",
  "shipping_methods.*",
  "shipping_methods.tax_lines.*",
  "shipping_methods.adjustments.*",
]
const ROWS = 200

/** A draft order that names a quote. */
export interface Draft {
  order_id: string
  quote_ref: string
  created_at: string
}

export const ordersIn = (scope: MedusaContainer): Orders => ({
  stateOf: (orderId) => stateOf(orderId, scope),
  digestOf: async (orderId) => {
    const order = await readOrder(orderId, scope)
    return order ? digestOf(order) : null
  },
  convert: (orderId) => convertDraft(orderId, scope),
  remove: async (orderId) => {
    await dropReservations(orderId, scope)
    await removeDraft(orderId, scope)
  },
})

/** The order as the portal reads it; undefined when there is none. */
export async function readOrder(orderId: string, scope: MedusaContainer): Promise<Record<string, unknown> | undefined> {
  const query = scope.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({ entity: "orders", fields: FIELDS, filters: { id: orderId } })
  return data[0]
}

export async function removeDraft(orderId: string, scope: MedusaContainer): Promise<void> {
  await deleteDraftOrdersWorkflow(scope).run({ input: { order_ids: [orderId] } })
}

/** The draft order, if it is one and names a quote. */
export async function draftOf(orderId: string, scope: MedusaContainer): Promise<Draft | undefined> {
  const [draft] = await quoteDrafts({ id: orderId }, scope)
  return draft
}

/** All draft orders that name a quote and were created before that time, oldest first. */
export async function draftsBefore(before: Date, scope: MedusaContainer): Promise<Draft[]> {
  return quoteDrafts({ created_at: { $lt: before } }, scope)
}

// Medusa's filters do not look into metadata.
async function quoteDrafts(filters: object, scope: MedusaContainer): Promise<Draft[]> {
  const query = scope.resolve(ContainerRegistrationKeys.QUERY)
  const found: Draft[] = []
  for (let skip = 0; ; skip += ROWS) {
    const { data } = await query.graph({
      entity: "order",
      fields: ["id", "metadata", "created_at"],
      filters: { is_draft_order: true, status: "draft", ...filters },
      pagination: { skip, take: ROWS, order: { created_at: "ASC", id: "ASC" } },
    })
    for (const { id, metadata, created_at } of data) {
      const quoteRef = metadata?.[QUOTE_KEY]
      if (typeof quoteRef !== "string") continue
      found.push({ order_id: id, quote_ref: quoteRef, created_at: new Date(created_at).toISOString() })
    }
    if (data.length < ROWS) return found
  }
}

async function stateOf(orderId: string, scope: MedusaContainer): Promise<"draft" | "order" | null> {
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "order",
    fields: ["id", "is_draft_order"],
    filters: { id: orderId },
  })
  if (!data.length) return null
  return data[0].is_draft_order ? "draft" : "order"
}

async function convertDraft(orderId: string, scope: MedusaContainer): Promise<void> {
  await dropReservations(orderId, scope)
  await convertDraftOrderWorkflow(scope).run({ input: { id: orderId } })
}

/** A draft reserves nothing; what is there is left of a conversion that was cut short. */
async function dropReservations(orderId: string, scope: MedusaContainer): Promise<void> {
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "order",
    fields: ["id", "items.id"],
    filters: { id: orderId },
  })
  const items: { id: string }[] = data[0]?.items ?? []
  const ids = items.map((item) => item.id)
  const inventory = scope.resolve(Modules.INVENTORY)
  if (!(await inventory.listReservationItems({ line_item_id: ids }, { take: 1 })).length) return
  await deleteReservationsByLineItemsWorkflow(scope).run({ input: { ids } })
}
