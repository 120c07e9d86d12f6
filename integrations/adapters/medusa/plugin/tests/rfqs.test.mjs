import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"
import { portal, SECRET, settingsFor } from "./portal.mjs"

const { answerOf, keyOf, messageOf, readRfq, sendRfq } = built("rfqs/ask")
const { RfqBody } = built("rfqs/body")
const { configurationOf, linesOf } = built("rfqs/cart")
const { readSettings } = built("modules/erp-portal/settings")
const { secretKey, signedHeaders } = built("modules/erp-portal/delivery/signing")

const RFQ = { number: "RFQ-000007", state: "submitted", lines: [], quotes: [] }
const LINE = { sku: "HOSE", quantity: "2" }
const ITEM = {
  id: "cali_1",
  title: "Hose",
  variant_title: "25 m",
  variant_sku: "HOSE-25",
  quantity: 3,
  unit_price: 19.99,
  is_tax_inclusive: false,
  tax_lines: [],
  metadata: null,
}

const isTaken = (body) => RfqBody.safeParse(body).success
const signatureOf = ({ headers }, signed, now) =>
  signedHeaders(secretKey(SECRET), headers["webhook-id"], signed, now)["webhook-signature"]

// ---------------------------------------------------------------- what is taken

test("a request is a cart or lines with a currency, and nothing unknown", () => {
  const taken = [
    { cart_id: "cart_1", note: "soon", reference: "PO 1", needed_by: "2027-01-31" },
    { cart_id: "cart_1", wishes: [{ item_id: "cali_1", target_price: "15.5", note: "blue" }] },
    { lines: [LINE], currency_code: "eur" },
    { lines: [{ ...LINE, configuration: [{ name: "a", value: "" }] }], currency_code: "eur" },
  ]
  const refused = [
    {},
    { note: "no lines" },
    { cart_id: "cart_1", lines: [LINE], currency_code: "eur" },
    { cart_id: "cart_1", currency_code: "usd" },
    { cart_id: "cart_1", customer_id: "cus_2" },
    { lines: [LINE] },
    { lines: [], currency_code: "eur" },
    { lines: [{ ...LINE, quantity: 2 }], currency_code: "eur" },
    { lines: [{ ...LINE, price: "1" }], currency_code: "eur" },
    { lines: [LINE], currency_code: "eur", wishes: [] },
    { lines: Array(501).fill(LINE), currency_code: "eur" },
    { cart_id: "cart_1", needed_by: "tomorrow" },
  ]
  for (const body of taken) assert.ok(isTaken(body), JSON.stringify(body))
  for (const body of refused) assert.ok(!isTaken(body), JSON.stringify(body))
})

// ---------------------------------------------------------------- a cart's lines

test("a line of a cart has its sku, title, quantity and net price", () => {
  const [line] = linesOf([ITEM])

  assert.equal(line.sku, "HOSE-25")
  assert.equal(line.title, "Hose (25 m)")
  assert.equal(line.quantity, "3")
  assert.equal(line.target_price, "19.99")
  assert.equal(line.configuration, undefined)
})

test("a wish goes before the cart's price, and belongs to a line of the cart", () => {
  const [line] = linesOf([ITEM], [{ item_id: "cali_1", target_price: "15.5", note: "blue" }])

  assert.deepEqual([line.target_price, line.note], ["15.5", "blue"])
  assert.throws(() => linesOf([ITEM], [{ item_id: "cali_9" }]), /no line cali_9/)
})

test("a price with tax is told net, or not at all while the tax is unknown", () => {
  const gross = { ...ITEM, unit_price: 119, is_tax_inclusive: true }

  assert.equal(linesOf([{ ...gross, tax_lines: [{ rate: 19 }] }])[0].target_price, "100")
  assert.equal(linesOf([{ ...gross, unit_price: 10, tax_lines: [{ rate: 7 }] }])[0].target_price, "9.345794")
  assert.equal(linesOf([gross])[0].target_price, undefined)
})

test("exact and tiny numbers stay digits", () => {
  const exact = { ...ITEM, quantity: { value: "1.5" }, unit_price: { value: "0.0000009" } }

  const [line] = linesOf([exact])

  assert.deepEqual([line.quantity, line.target_price], ["1.5", "0.000001"])
})

test("lines stand in the same order whatever order they came in", () => {
  const other = { ...ITEM, id: "cali_2", variant_sku: "TAP" }

  assert.deepEqual(linesOf([other, ITEM]), linesOf([ITEM, other]))
})

test("an empty cart is refused", () => {
  assert.throws(() => linesOf([]), /empty/)
})

test("a configuration is a list of name and value, however it was kept", () => {
  const cases = [
    [[{ name: "Length", value: "25" }], [{ name: "Length", value: "25" }]],
    [[{ name: "Length", value: 25, unit: "m" }], [{ name: "Length", value: "25" }]],
    [{ Length: 25, Cut: { at: 3 } }, [{ name: "Length", value: "25" }, { name: "Cut", value: '{"at":3}' }]],
    ["as agreed", [{ name: "configuration", value: "as agreed" }]],
    [["a", "b"], [{ name: "configuration", value: '["a","b"]' }]],
    [[], []],
    [null, undefined],
    [undefined, undefined],
    ["", undefined],
  ]
  for (const [kept, expected] of cases) assert.deepEqual(configurationOf(kept), expected)
})

// ---------------------------------------------------------------- keys

test("the sender's key is kept, one of a cart comes from its content", () => {
  const message = messageOf("cus_1", { cart_id: "cart_1" }, [LINE], "eur")
  const more = messageOf("cus_1", { cart_id: "cart_1" }, [{ ...LINE, quantity: "3" }], "eur")

  assert.equal(keyOf("mine", "cart_1", message), "mine")
  assert.equal(keyOf(undefined, "cart_1", message), keyOf(undefined, "cart_1", { ...message }))
  assert.notEqual(keyOf(undefined, "cart_1", message), keyOf(undefined, "cart_1", more))
  assert.ok(keyOf(undefined, "cart_1", message).length <= 120)
})

test("without a cart the sender must send a key, and a usable one", async () => {
  for (const given of [undefined, "", "with space", "k".repeat(121)]) {
    assert.equal(keyOf(given, undefined, {}), null, given)
  }
  const answer = await sendRfq(settingsFor("http://127.0.0.1:1"), {}, null, new Date())
  assert.deepEqual([answer.status, answer.body.code], [400, "idempotency_key_missing"])
})

// ---------------------------------------------------------------- asking the portal

test("a request is sent with its key and signed over what is sent", async () => {
  await portal(201, JSON.stringify(RFQ), async (origin, asked) => {
    const now = new Date()
    const message = messageOf("cus_1", { lines: [LINE], note: "soon" }, [LINE], "eur")

    const answer = await sendRfq(settingsFor(origin), message, "k1", now)

    const [{ path, method, headers, body }] = asked
    assert.deepEqual(answer, { status: 201, body: { rfq: RFQ } })
    assert.deepEqual([method, path, headers["idempotency-key"]], ["POST", "/api/rfqs", "k1"])
    assert.match(headers["webhook-id"], /^rfq_/)
    assert.equal(headers["webhook-signature"], signatureOf(asked[0], body, now))
    assert.deepEqual(JSON.parse(body), {
      customer_id: "cus_1",
      currency: "eur",
      source: "product",
      note: "soon",
      lines: [LINE],
    })
  })
})

test("a read signs its method and address", async () => {
  await portal(200, JSON.stringify(RFQ), async (origin, asked) => {
    const now = new Date()

    const answer = await readRfq(settingsFor(origin), "cus_1", "RFQ-000007", now)

    const path = "/api/rfqs/RFQ-000007?customer_id=cus_1"
    assert.deepEqual(answer, { status: 200, body: { rfq: RFQ } })
    assert.deepEqual([asked[0].method, asked[0].path], ["GET", path])
    assert.equal(asked[0].headers["webhook-signature"], signatureOf(asked[0], `GET ${path}`, now))
  })
})

test("what is no number is 404 and is not asked for", async () => {
  await portal(200, JSON.stringify(RFQ), async (origin, asked) => {
    for (const number of ["x", "RFQ-1", "RFQ-000007?customer_id=cus_2", "../quotes/Q-000001", ""]) {
      assert.equal((await readRfq(settingsFor(origin), "cus_1", number, new Date())).status, 404, number)
    }
    assert.equal(asked.length, 0)
  })
})

test("the portal's refusals keep their code, words and field", () => {
  const cases = [
    [400, "bad_input", "invalid_data"],
    [404, "unknown_customer", "not_found"],
    [409, "account_blocked", "not_allowed"],
    [413, "too_large", "invalid_data"],
    [422, "key_reused", "invalid_data"],
  ]
  for (const [status, code, type] of cases) {
    const words = JSON.stringify({ code, message: "Because.", request_id: "r", field: "note" })
    const expected = { status, body: { code, type, message: "Because.", field: "note" } }
    assert.deepEqual(answerOf({ status, words }), expected)
  }
})

test("what is not the asker's doing is 502, in the store's own words", () => {
  const cases = [
    [401, { code: "bad_signature", message: "The signature fits none of the secrets." }],
    [409, { code: "already_answered", message: "signature" }],
    [500, { code: "internal", message: "signature" }],
    [503, { code: "unavailable", message: "signature" }],
    [301, {}],
    [404, "signature"],
    [200, {}],
    [200, null],
    [201, []],
  ]
  for (const [status, told] of cases) {
    const answer = answerOf({ status, words: JSON.stringify(told) })
    assert.deepEqual([answer.status, answer.body.code], [502, "portal_refused"], `${status}`)
    assert.doesNotMatch(JSON.stringify(answer.body), /signature/)
  }
  assert.equal(answerOf({ status: 404, words: "<html>" }).status, 502)
})

test("a portal that is away is 502, one that is not connected 503", async () => {
  const away = settingsFor("http://127.0.0.1:1")
  const unset = readSettings({}, {})

  assert.equal((await sendRfq(away, {}, "k", new Date())).status, 502)
  assert.equal((await readRfq(unset, "cus_1", "RFQ-000007", new Date())).status, 503)
})
