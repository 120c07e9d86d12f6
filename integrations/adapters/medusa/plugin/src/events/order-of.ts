import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys } from "@medusajs/framework/utils"
import type { Subject } from "./subjects"

// Where the order's id is found from each record. There is no HTTP route for the first one,
// which is why this is done here and not in the portal.
const PATHS = {
  fulfillment: "order.id",
  payment: "payment_collection.order.id",
}

/** The id of the order an event is about; undefined where there is none. */
export async function orderOf(
  subject: Subject,
  container: MedusaContainer
): Promise<string | undefined> {
  if (!subject.lookUp) return subject.orderId
  const { entity, id } = subject.lookUp
  const query = container.resolve(ContainerRegistrationKeys.QUERY)
  const { data } = await query.graph({ entity, fields: ["id", PATHS[entity]], filters: { id } })
  return PATHS[entity].split(".").reduce((node: any, name) => node?.[name], data[0])
}
