import type { MedusaRequest, MedusaResponse } from "@medusajs/framework/http"
import { Modules } from "@medusajs/framework/utils"

interface Emitted {
  name: string
  data: Record<string, string>
  metadata: { eventGroupId: string }
}

/** Puts an event on the bus, as Medusa's workflows do: lets a test double one. Sandbox only. */
export async function POST(req: MedusaRequest<Emitted>, res: MedusaResponse): Promise<void> {
  const bus = req.scope.resolve(Modules.EVENT_BUS)
  await bus.emit([req.body])
  // Events of a group wait until the workflow they belong to has succeeded.
  await bus.releaseGroupedEvents(req.body.metadata.eventGroupId)
  res.status(202).json({})
}
