import { model } from "@medusajs/framework/utils"

/**
 * Which order a quote of the portal became: at most one, whoever asks how often.
 *
 * `claim` and `claimed_until` say who works on the quote now; a claim that nobody renews ends by
 * itself. `order_id` is empty while no order was recorded.
 */
export const QuoteOrder = model
  .define(
    { name: "ErpPortalQuoteOrder", tableName: "erp_portal_quote_order" },
    {
      id: model.id({ prefix: "erpqo" }).primaryKey(),
      quote_ref: model.text(),
      order_id: model.text().nullable(),
      claim: model.text().nullable(),
      claimed_until: model.dateTime().nullable(),
    }
  )
  .indexes([
    { on: ["quote_ref"], unique: true },
    { on: ["order_id"], unique: true },
  ])
