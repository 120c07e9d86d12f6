import { model } from "@medusajs/framework/utils"

/**
 * One message to the portal: written before it is sent, kept until it arrived.
 *
 * `id` is the webhook-id of every attempt. `event_key` makes a doubled event one message.
 * `body` is the text that is signed and sent, byte for byte. `next_attempt_at` is also the
 * claim: whoever sends moves it into the future first.
 */
export const Message = model
  .define(
    { name: "ErpPortalMessage", tableName: "erp_portal_message" },
    {
      id: model.id({ prefix: "msg" }).primaryKey(),
      event_key: model.text(),
      type: model.text(),
      body: model.text(),
      attempts: model.number().default(0),
      next_attempt_at: model.dateTime(),
      delivered_at: model.dateTime().nullable(),
      last_error: model.text().nullable(),
    }
  )
  .indexes([
    { on: ["event_key"], unique: true },
    { on: ["next_attempt_at"], where: "delivered_at IS NULL" },
    { on: ["delivered_at"] },
  ])
