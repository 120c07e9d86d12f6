import type { NewMessage } from "../modules/erp-portal/outbox"
import type { Subject } from "./subjects"

/** The envelope Medusa's event bus hands to a subscriber. */
export interface BusEvent {
  name: string
  data: Record<string, string>
  metadata?: { eventGroupId?: string; created_at?: string | Date }
}

/** The message of an event: ids only, `order_id` wherever the event is about an order. */
export function messageOf(event: BusEvent, subject: Subject, orderId: string | undefined): NewMessage {
  const happenedAt = new Date(event.metadata?.created_at ?? Date.now()).toISOString()
  const data = { id: subject.id, ...(orderId ? { order_id: orderId } : {}), ...subject.more }
  return {
    // One workflow run (event group) says the same thing about one record only once.
    eventKey: `${event.name}:${subject.id}:${event.metadata?.eventGroupId ?? happenedAt}`,
    type: event.name,
    body: JSON.stringify({ type: event.name, timestamp: happenedAt, data }),
  }
}
