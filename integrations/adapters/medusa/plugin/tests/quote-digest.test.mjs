import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { digestOf } = built("quotes/digest")

const line = (id, more = {}) => ({
  id,
  title: "Hose",
  quantity: 3,
  raw_quantity: { value: "3" },
  unit_price: 61.2345,
  raw_unit_price: { value: "61.2345" },
  tax_lines: [{ code: "de-19", rate: 19 }],
  adjustments: [],
  ...more,
})
const order = (more = {}) => ({
  currency_code: "eur",
  customer_id: "cus_1",
  email: "erika@nordwind.test",
  updated_at: "2026-01-01",
  items: [line("ordli_1"), line("ordli_2")],
  shipping_methods: [{ id: "ordsm_1", name: "Freight", amount: 25, tax_lines: [] }],
  shipping_address: { city: "Hamburg", country_code: "de" },
  billing_address: { city: "Hamburg", country_code: "de" },
  ...more,
})

test("the same content has one digest, however and whenever it is read", () => {
  const turned = order({ items: [line("ordli_2"), line("ordli_1")], updated_at: "2027-01-01" })

  assert.equal(digestOf(turned), digestOf(order()))
  assert.match(digestOf(order()), /^[0-9a-f]{64}$/)
})

const edits = {
  price: { items: [line("ordli_1", { raw_unit_price: { value: "61.2344" } }), line("ordli_2")] },
  quantity: { items: [line("ordli_1", { raw_quantity: { value: "4" } }), line("ordli_2")] },
  "a line less": { items: [line("ordli_1")] },
  "a discount": {
    items: [line("ordli_1", { adjustments: [{ code: "X", amount: 1 }] }), line("ordli_2")],
  },
  "the tax": { items: [line("ordli_1", { tax_lines: [{ code: "de-19", rate: 7 }] }), line("ordli_2")] },
  freight: { shipping_methods: [{ id: "ordsm_1", name: "Freight", amount: 24, tax_lines: [] }] },
  "the address": { shipping_address: { city: "Berlin", country_code: "de" } },
  "the customer": { customer_id: "cus_2" },
}
for (const [what, edit] of Object.entries(edits)) {
  test(`another ${what} is another content`, () => {
    assert.notEqual(digestOf(order(edit)), digestOf(order()))
  })
}
