/** What an event is about; what it leaves unsaid is looked up by `lookUp`. */
export interface Subject {
  id: string
  orderId?: string
  lookUp?: { entity: "fulfillment" | "payment"; id: string }
  more?: Record<string, string>
}

type Ids = Record<string, string>

const order = ({ id }: Ids): Subject => ({ id, orderId: id })
// Medusa names the fulfilment here, not its order.
const fulfilment = ({ id }: Ids): Subject => ({
  id,
  lookUp: { entity: "fulfillment", id },
  more: { fulfillment_id: id },
})
const payment = ({ id }: Ids): Subject => ({
  id,
  lookUp: { entity: "payment", id },
  more: { payment_id: id },
})

/**
 * The events that are passed on. `order.updated` is not among them: the portal's own writes to
 * an order's metadata would come back as news.
 */
export const SUBJECTS: Record<string, (ids: Ids) => Subject> = {
  "order.placed": order,
  "order.canceled": order,
  "order-edit.confirmed": ({ order_id }) => ({ id: order_id, orderId: order_id }),
  "order.fulfillment_created": ({ order_id, fulfillment_id }) => ({
    id: fulfillment_id,
    orderId: order_id,
    more: { fulfillment_id },
  }),
  "order.return_received": ({ order_id, return_id }) => ({
    id: return_id,
    orderId: order_id,
    more: { return_id },
  }),
  "shipment.created": fulfilment,
  "delivery.created": fulfilment,
  "payment.captured": payment,
  "payment.refunded": payment,
  "customer.created": ({ id }) => ({ id }),
  // Also what the portal wrote comes back; it compares before it says that a hand did it.
  "product.updated": ({ id }) => ({ id }),
}

export const FORWARDED_EVENTS = Object.keys(SUBJECTS)
