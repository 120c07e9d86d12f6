import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { outcomeOf } = built("modules/erp-portal/delivery/send")

test("any 2xx is delivered, a repeated id too", () => {
  for (const status of [200, 202, 204]) assert.deepEqual(outcomeOf(status, "", null), { delivered: true })
})

test("a refusal is told from a portal in trouble", () => {
  const refused = (status) => outcomeOf(status, "words", null).refused
  for (const status of [301, 400, 401, 403, 404, 413]) assert.equal(refused(status), true, `${status}`)
  for (const status of [408, 409, 425, 429, 500, 503]) assert.equal(refused(status), false, `${status}`)
})

test("the portal's own words and its Retry-After are kept", () => {
  assert.deepEqual(outcomeOf(503, " database away \n", "20"), {
    delivered: false,
    refused: false,
    error: "the portal answered 503: database away",
    retryAfterS: 20,
  })
})
