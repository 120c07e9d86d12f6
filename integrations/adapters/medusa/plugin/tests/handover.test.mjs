import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"
import { portal, SECRET, settingsFor } from "./portal.mjs"

const { answerOf, askForHandover, handoverAddress } = built("handover/ask")
const { readSettings } = built("modules/erp-portal/settings")
const { secretKey, signedHeaders } = built("modules/erp-portal/delivery/signing")
const CUSTOMER = { id: "cus_1", email: "bea@buyer.example" }
const LINK = "https://portal.example/portal/hand-over/token"

test("the hand-over address stands beside the hook address", () => {
  const cases = {
    "https://portal.example/api/hooks/token": "https://portal.example/api/portal/handover",
    "https://host.example/erp/api/hooks/token/": "https://host.example/erp/api/portal/handover",
    "https://portal.example/elsewhere": null,
    "https://evil.example?/api/hooks/token": null,
    "ftp://portal.example/api/hooks/token": null,
  }
  for (const [hook, address] of Object.entries(cases)) assert.equal(handoverAddress(hook), address, hook)
})

test("the portal is asked with a signature over what is sent", async () => {
  await portal(200, JSON.stringify({ url: LINK }), async (origin, asked) => {
    const now = new Date()

    const answer = await askForHandover(settingsFor(origin), CUSTOMER, now)

    const [{ path, headers, body }] = asked
    const expected = signedHeaders(secretKey(SECRET), headers["webhook-id"], body, now)
    assert.deepEqual(answer, { status: 200, body: { url: LINK } })
    assert.equal(path, "/api/portal/handover")
    assert.deepEqual(JSON.parse(body), { customer_id: "cus_1", email: "bea@buyer.example" })
    for (const [name, value] of Object.entries(expected)) assert.equal(headers[name], value, name)
  })
})

test("every time has an id of its own: the portal answers each once", async () => {
  await portal(200, JSON.stringify({ url: LINK }), async (origin, asked) => {
    await askForHandover(settingsFor(origin), CUSTOMER, new Date())
    await askForHandover(settingsFor(origin), CUSTOMER, new Date())

    assert.notEqual(asked[0].headers["webhook-id"], asked[1].headers["webhook-id"])
    assert.match(asked[0].headers["webhook-id"], /^handover_/)
  })
})

test("a customer whom the portal does not know is 404, other refusals are 502", () => {
  assert.equal(answerOf({ status: 404, words: "{}" }).status, 404)
  for (const status of [301, 400, 401, 409, 500, 503]) {
    assert.equal(answerOf({ status, words: "{}" }).status, 502, `${status}`)
  }
})

test("the portal's own words stay behind", () => {
  const { body } = answerOf({ status: 401, words: "The signature fits none of the secrets." })

  assert.doesNotMatch(JSON.stringify(body), /signature/)
})

test("a browser is sent to web addresses only", () => {
  for (const words of ["", "[]", "null", '{"url":5}', '{"url":"javascript:alert(1)"}', '{"url":"/x"}']) {
    assert.equal(answerOf({ status: 200, words }).status, 502, words)
  }
})

test("a portal that is away is 502, one that is not connected 503", async () => {
  const away = settingsFor("http://127.0.0.1:1")
  const unset = readSettings({}, {})
  const off = readSettings({ url: LINK, secret: SECRET, enabled: false }, {})

  assert.equal((await askForHandover(away, CUSTOMER, new Date())).status, 502)
  assert.equal((await askForHandover(unset, CUSTOMER, new Date())).status, 503)
  assert.equal((await askForHandover(off, CUSTOMER, new Date())).status, 503)
})
