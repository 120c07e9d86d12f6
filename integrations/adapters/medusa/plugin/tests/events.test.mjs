import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { messageOf } = built("events/message")
const { FORWARDED_EVENTS, SUBJECTS } = built("events/subjects")
const AT = "2026-11-23T09:28:43.560Z"

const event = (name, data, group = "01GROUP") => ({
  name,
  data,
  metadata: { eventGroupId: group, created_at: AT },
})

test("a placed order becomes a message with ids only", () => {
  const placed = event("order.placed", { id: "order_1" })

  const message = messageOf(placed, SUBJECTS["order.placed"](placed.data), "order_1")

  assert.equal(message.type, "order.placed")
  assert.deepEqual(JSON.parse(message.body), {
    type: "order.placed",
    timestamp: AT,
    data: { id: "order_1", order_id: "order_1" },
  })
})

test("a doubled event has the same key, another run of the workflow has its own", () => {
  const keyOf = (group) => {
    const captured = event("payment.captured", { id: "pay_1" }, group)
    return messageOf(captured, SUBJECTS["payment.captured"](captured.data), "order_1").eventKey
  }
  assert.equal(keyOf("01A"), keyOf("01A"))
  assert.notEqual(keyOf("01A"), keyOf("01B"))
})

test("the rows of an order edit stay in the store", () => {
  const edited = event("order-edit.confirmed", { order_id: "order_1", actions: [{ details: "…" }] })
  const subject = SUBJECTS["order-edit.confirmed"](edited.data)

  const { data } = JSON.parse(messageOf(edited, subject, subject.orderId).body)

  assert.deepEqual(data, { id: "order_1", order_id: "order_1" })
})

test("a shipment is looked up by its fulfilment", () => {
  assert.deepEqual(SUBJECTS["shipment.created"]({ id: "ful_1" }).lookUp, { entity: "fulfillment", id: "ful_1" })
})

test("order.updated is not passed on: the portal's own writes would come back", () => {
  assert.ok(!FORWARDED_EVENTS.includes("order.updated"))
})
