import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { Courier } = built("modules/erp-portal/delivery/courier")
const QUIET = { info() {}, warn() {}, error() {} }
const REFUSED = { delivered: false, refused: true, error: "401" }

/** Stored messages in memory; a claim takes a message away, as the real one does. */
function outboxOf(...ids) {
  const due = ids.map((id) => ({ id, type: "order.placed", body: "{}", attempts: 1 }))
  return {
    due,
    delivered: [],
    failed: [],
    async claimNext() {
      return due.shift() ?? null
    },
    async markDelivered(id) {
      this.delivered.push(id)
    },
    async markFailed(id) {
      this.failed.push(id)
    },
  }
}

test("everything due is delivered in order, each once, however often it is woken", async () => {
  const outbox = outboxOf("a", "b", "c")
  const courier = new Courier(outbox, async () => ({ delivered: true }), QUIET)

  await Promise.all([courier.deliverDue(), courier.deliverDue(), courier.deliverDue()])

  assert.deepEqual(outbox.delivered, ["a", "b", "c"])
})

test("a message stored while a round ends is not left for the next minute", async () => {
  const outbox = outboxOf("a")
  const courier = new Courier(outbox, async () => ({ delivered: true }), QUIET)

  const first = courier.deliverDue()
  outbox.due.push({ id: "b", type: "order.placed", body: "{}", attempts: 1 })
  await Promise.all([first, courier.deliverDue()])

  assert.deepEqual(outbox.delivered, ["a", "b"])
})

test("a portal that fails three times in a row is left alone until the next round", async () => {
  const outbox = outboxOf("a", "b", "c", "d", "e")

  await new Courier(outbox, async () => REFUSED, QUIET).deliverDue()

  assert.deepEqual(outbox.failed, ["a", "b", "c"])
  assert.equal(outbox.due.length, 2)
})

test("one refused message does not hold up the others", async () => {
  const outbox = outboxOf("a", "bad", "c")
  const send = async ({ id }) => (id === "bad" ? REFUSED : { delivered: true })

  await new Courier(outbox, send, QUIET).deliverDue()

  assert.deepEqual([outbox.delivered, outbox.failed], [["a", "c"], ["bad"]])
})

test("a database that is away ends the round quietly", async () => {
  const outbox = outboxOf()
  outbox.claimNext = async () => {
    throw new Error("connection refused")
  }

  await new Courier(outbox, async () => ({ delivered: true }), QUIET).deliverDue()
})
