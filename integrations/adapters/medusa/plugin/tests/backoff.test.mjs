import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { delayS } = built("modules/erp-portal/delivery/backoff")
const DOWN = { refused: false }
const REFUSED = { refused: true }

test("a portal that is down is asked soon, then every five minutes at most", () => {
  assert.deepEqual([1, 2, 3, 4, 5, 6, 500].map((n) => delayS(n, DOWN, 0)), [2, 10, 60, 120, 300, 300, 300])
})

test("a refusal is repeated slowly but for ever", () => {
  assert.deepEqual([1, 2, 3, 4, 500].map((n) => delayS(n, REFUSED, 0)), [60, 300, 900, 3600, 3600])
})

test("the portal's Retry-After is obeyed, up to an hour", () => {
  assert.equal(delayS(1, { refused: false, retryAfterS: 45 }, 0), 45)
  assert.equal(delayS(1, { refused: false, retryAfterS: 1e9 }, 0), 3600)
})

test("chance adds up to a fifth and takes nothing away", () => {
  assert.equal(delayS(3, DOWN, 1), 72)
})
