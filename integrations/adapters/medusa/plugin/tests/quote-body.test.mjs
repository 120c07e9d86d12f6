import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { QuoteOrderBody, StraysQuery } = built("quotes/body")
const { inputOf } = built("quotes/create")

const ADDRESS = { company: "Nordwind GmbH", address_1: "Hafenstr. 1", city: "Hamburg", country_code: "de" }
const ITEM = { title: "Hose", variant_id: "variant_1", quantity: "3", unit_price: "61.2345" }
const BODY = {
  quote_ref: "quote:Q-000123",
  currency_code: "eur",
  region_id: "reg_1",
  email: "erika@nordwind.test",
  items: [ITEM],
  shipping_methods: [{ shipping_option_id: "so_1", name: "Freight", amount: "25" }],
  shipping_address: ADDRESS,
  billing_address: ADDRESS,
  metadata: { po_number: "PO-9" },
}
const takes = (more) => QuoteOrderBody.strict().safeParse({ ...BODY, ...more }).success

test("a whole body is taken as it is", () => {
  assert.deepEqual(QuoteOrderBody.strict().parse(BODY), BODY)
})

test("unknown fields are refused at every depth", () => {
  assert.ok(!takes({ promo_codes: ["TEN"] }))
  assert.ok(!takes({ items: [{ ...ITEM, is_tax_inclusive: true }] }))
  assert.ok(!takes({ shipping_address: { ...ADDRESS, vat: "DE1" } }))
  assert.ok(!takes({ shipping_methods: [{ ...BODY.shipping_methods[0], data: {} }] }))
})

test("amounts are texts of plain decimals", () => {
  for (const unit_price of [61.25, "-1", "1e3", "1,5", "", "NaN"]) {
    assert.ok(!takes({ items: [{ ...ITEM, unit_price }] }), String(unit_price))
  }
  assert.ok(takes({ items: [{ ...ITEM, unit_price: "0" }] }))
  assert.ok(!takes({ items: [{ ...ITEM, quantity: "0.00" }] }))
})

test("what else is wrong is refused", () => {
  for (const more of [
    { quote_ref: "Q-1" },
    { quote_ref: "quote:Q/1" },
    { currency_code: "EUR" },
    { email: "nobody" },
    { items: [] },
    { billing_address: { ...ADDRESS, country_code: "DE" } },
    { metadata: { po_number: 9 } },
  ]) {
    assert.ok(!takes(more), JSON.stringify(more))
  }
})

test("the order is a draft at net prices that no promotion touches", () => {
  const input = inputOf(BODY)

  assert.equal(input.status, "draft")
  assert.equal(input.is_draft_order, true)
  assert.deepEqual(input.items, [{ ...ITEM, is_tax_inclusive: false, is_discountable: false }])
  assert.equal(input.shipping_methods[0].is_tax_inclusive, false)
  assert.deepEqual(input.metadata, { po_number: "PO-9", erp_quote_ref: "quote:Q-000123" })
})

test("an order of a known customer is created without the e-mail, which could make a second one", () => {
  assert.equal(inputOf(BODY).email, "erika@nordwind.test")
  assert.equal(inputOf({ ...BODY, customer_id: "cus_1" }).email, undefined)
})

test("the time that strays are older than is named in full", () => {
  assert.ok(StraysQuery.safeParse({ before: "2026-11-27T03:00:00Z" }).success)
  for (const before of [undefined, "yesterday", "2026-11-27"]) {
    assert.ok(!StraysQuery.safeParse({ before }).success, String(before))
  }
})
