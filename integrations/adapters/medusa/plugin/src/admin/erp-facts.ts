/** One row of the widget. */
export interface Fact {
  label: string
  values: string[]
}

export interface ErpFacts {
  facts: Fact[]
  status: string
  url: string
}

const LABELS: Record<string, string> = {
  erp_system: "System",
  erp_number: "Order number",
  erp_expected_on: "Expected on",
  erp_shipments: "Shipments",
  erp_tracking: "Tracking",
  erp_invoices: "Invoices",
  erp_payment: "Payment",
}

/** The metadata keys the portal writes, ready to show. Only web addresses become links. */
export function erpFacts(metadata: Record<string, unknown>): ErpFacts {
  const facts = Object.entries(LABELS)
    .map(([key, label]) => ({ label, values: texts(metadata[key]) }))
    .filter(({ values }) => values.length > 0)
  const url = typeof metadata.erp_url === "string" ? metadata.erp_url : ""
  return {
    facts,
    status: texts(metadata.erp_status).join(", ").replace(/_/g, " "),
    url: /^https?:\/\//.test(url) ? url : "",
  }
}

// A value may be a text, a number, a record or a list of these.
function texts(value: unknown): string[] {
  if (value === null || value === undefined || value === "") return []
  if (Array.isArray(value)) return value.flatMap(texts)
  if (typeof value === "object") return [Object.values(value).flatMap(texts).join(" · ")]
  return [String(value)]
}
