import type { SubscriberArgs, SubscriberConfig } from "@medusajs/framework"
import type { MedusaContainer } from "@medusajs/framework/types"
import { type BusEvent, messageOf } from "../events/message"
import { orderOf } from "../events/order-of"
import { FORWARDED_EVENTS, SUBJECTS, type Subject } from "../events/subjects"
import { ERP_PORTAL } from "../modules/erp-portal"
import type ErpPortalService from "../modules/erp-portal/service"

/** Stores the event's message, then starts the delivery without waiting for it. Never throws. */
export default async function forwardEvents({
  event,
  container,
}: SubscriberArgs<Record<string, string>>): Promise<void> {
  const portal: ErpPortalService = container.resolve(ERP_PORTAL)
  if (!portal.settings.enabled) return
  try {
    const subject = SUBJECTS[event.name](event.data)
    const orderId = await findOrder(subject, container)
    await portal.outbox.keep(messageOf(event as BusEvent, subject, orderId))
    portal.wake()
  } catch (error) {
    // The buyer's order stands in any case; the portal's own sweep finds what is missing here.
    log(container).error(`erp-portal: ${event.name} was not stored: ${(error as Error).message}`)
  }
}

async function findOrder(subject: Subject, container: MedusaContainer): Promise<string | undefined> {
  try {
    return await orderOf(subject, container)
  } catch (error) {
    log(container).warn(`erp-portal: no order found for ${subject.id}: ${(error as Error).message}`)
    return undefined
  }
}

const log = (container: MedusaContainer) => container.resolve("logger")

export const config: SubscriberConfig = {
  event: FORWARDED_EVENTS,
  context: { subscriberId: "erp-portal-forward-events" },
}
