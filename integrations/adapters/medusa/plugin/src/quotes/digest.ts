import { createHash } from "node:crypto"

type Row = Record<string, unknown>

const ADDRESS = [
  "company",
  "first_name",
  "last_name",
  "address_1",
  "address_2",
  "city",
  "province",
  "postal_code",
  "country_code",
  "phone",
]

/**
 * Tells this content of an order from any other: its lines with prices, taxes and discounts, for
 * whom and where it goes. Not when it was read, nor in which order Medusa gave the rows.
 */
export function digestOf(order: Row): string {
  const content = [
    [order.currency_code, order.customer_id, order.email].map(String),
    sorted(rows(order.items).map(lineOf)),
    sorted(rows(order.shipping_methods).map(lineOf)),
    addressOf(order.shipping_address),
    addressOf(order.billing_address),
  ]
  return createHash("sha256").update(JSON.stringify(content)).digest("hex")
}

function lineOf(line: Row): string[] {
  return [
    ...[line.id, line.title, line.name, line.variant_id, line.variant_sku].map(String),
    exact(line, "quantity"),
    exact(line, "unit_price"),
    exact(line, "amount"),
    ...sorted(rows(line.tax_lines).map((tax) => [String(tax.code), exact(tax, "rate")])),
    ...sorted(rows(line.adjustments).map((one) => [String(one.code), exact(one, "amount")])),
  ]
}

/** The decimal that Medusa keeps beside the number. */
function exact(row: Row, name: string): string {
  const raw = row[`raw_${name}`] as { value?: unknown } | undefined
  return String(raw?.value ?? row[name])
}

const addressOf = (address: unknown) => ADDRESS.map((part) => String((address as Row)?.[part] ?? ""))
const rows = (found: unknown) => (Array.isArray(found) ? (found as Row[]) : [])
const sorted = (found: string[][]) => found.map((one) => JSON.stringify(one)).sort()
