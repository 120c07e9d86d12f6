import { defineWidgetConfig } from "@medusajs/admin-sdk"
import type { AdminOrder, DetailWidgetProps } from "@medusajs/framework/types"
import { Badge, Container, Heading, Text } from "@medusajs/ui"
import { erpFacts, type Fact } from "../erp-facts"

/** What the ERP says about an order, from the metadata the portal writes to it. */
const OrderErp = ({ data: order }: DetailWidgetProps<AdminOrder>) => {
  const { facts, status, url } = erpFacts(order.metadata ?? {})
  return (
    <Container className="divide-y p-0">
      <div className="flex items-center justify-between px-6 py-4">
        <Heading level="h2">ERP</Heading>
        {status && <Badge size="2xsmall">{status}</Badge>}
      </div>
      {facts.length === 0 && (
        <Text size="small" className="text-ui-fg-subtle px-6 py-4">
          The ERP has not received this order yet.
        </Text>
      )}
      {facts.map((fact) => (
        <FactRow key={fact.label} {...fact} />
      ))}
      {url && (
        <a className="text-ui-fg-interactive block px-6 py-4 text-sm" href={url} target="_blank" rel="noreferrer">
          Open in the ERP
        </a>
      )}
    </Container>
  )
}

const FactRow = ({ label, values }: Fact) => (
  <div className="text-ui-fg-subtle grid grid-cols-2 px-6 py-4">
    <Text size="small" weight="plus">
      {label}
    </Text>
    <div>
      {values.map((value) => (
        <Text size="small" key={value}>
          {value}
        </Text>
      ))}
    </div>
  </div>
)

export const config = defineWidgetConfig({ zone: "order.details.after" })

export default OrderErp
