import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { NoQuoteOrder, QuoteBusy, QuoteDesk, QuoteOrderChanged, QuoteOrderPlaced } = built(
  "modules/erp-portal/quotes/desk"
)
const REF = "quote:Q-1"
const SEEN = "as it was made"
const SOON = { waitMs: 1000, pollMs: 1, renewMs: 1000 }
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** The table in memory: one row for a quote, a claim held by one at a time. */
class Ledger {
  rows = new Map()
  tokens = 0

  row(ref) {
    if (!this.rows.has(ref)) this.rows.set(ref, { orderId: null, token: null })
    return this.rows.get(ref)
  }
  async orderOf(ref) {
    return this.row(ref).orderId
  }
  async claim(ref) {
    const row = this.row(ref)
    if (row.token) return null
    row.token = `claim-${++this.tokens}`
    return { token: row.token, orderId: row.orderId }
  }
  async renew() {}
  async record(ref, token, orderId) {
    const row = this.row(ref)
    if (row.token !== token) return false
    row.orderId = orderId
    return true
  }
  async release(ref, token) {
    const row = this.row(ref)
    if (row.token === token) row.token = null
  }
}

/** Medusa's orders in memory, slow enough that requests overlap. */
class Orders {
  states = new Map()
  digest = SEEN
  made = 0
  conversions = 0

  create = async () => {
    await pause(5)
    const id = `order_${++this.made}`
    this.states.set(id, "draft")
    return id
  }
  async stateOf(id) {
    return this.states.get(id) ?? null
  }
  async digestOf(id) {
    return this.states.has(id) ? this.digest : null
  }
  async convert(id) {
    await pause(5)
    this.conversions += 1
    this.states.set(id, "order")
  }
  async remove(id) {
    this.states.delete(id)
  }
}

function world(patience = SOON) {
  const ledger = new Ledger()
  const orders = new Orders()
  const desk = new QuoteDesk(ledger, patience)
  return { ledger, orders, desk, place: () => desk.place(REF, orders, orders.create) }
}

test("ten requests at once make one draft and all get it", async () => {
  const { orders, place } = world()

  const ids = await Promise.all(Array.from({ length: 10 }, place))

  assert.deepEqual(new Set(ids), new Set(["order_1"]))
  assert.equal(orders.made, 1)
})

test("whoever lost the claim meanwhile takes the own draft away", async () => {
  const { ledger, orders, desk } = world()
  const create = async () => {
    const id = await orders.create()
    ledger.row(REF).token = "another's"
    return id
  }

  await assert.rejects(desk.place(REF, orders, create), QuoteBusy)

  assert.deepEqual([...orders.states], [])
  assert.equal(ledger.row(REF).token, "another's")
})

test("a draft that could not be recorded does not stay", async () => {
  const { ledger, orders, place } = world()
  ledger.record = async () => {
    throw new Error("connection lost")
  }

  await assert.rejects(place(), /connection lost/)

  assert.deepEqual([...orders.states], [])
})

test("a refused draft leaves the quote free for the next request", async () => {
  const { orders, desk, place } = world()
  const refused = async () => {
    throw new Error("no such variant")
  }
  await assert.rejects(desk.place(REF, orders, refused), /no such variant/)

  assert.equal(await place(), "order_1")
})

test("a draft that was deleted in Medusa makes room for a new one", async () => {
  const { orders, place } = world()
  await orders.remove(await place())

  assert.equal(await place(), "order_2")
})

test("who waits too long is told that the quote is busy", async () => {
  const { ledger, place } = world({ ...SOON, waitMs: 10 })
  await ledger.claim(REF)

  await assert.rejects(place(), QuoteBusy)
})

test("five conversions at once convert once", async () => {
  const { orders, desk, place } = world()
  await place()

  const ids = await Promise.all(Array.from({ length: 5 }, () => desk.convert(REF, orders, SEEN)))

  assert.deepEqual(new Set(ids), new Set(["order_1"]))
  assert.equal(orders.conversions, 1)
})

test("a draft that was edited since it was looked at is not converted", async () => {
  const { ledger, orders, desk, place } = world()
  await place()
  orders.digest = "somebody made it cheaper"

  await assert.rejects(desk.convert(REF, orders, SEEN), QuoteOrderChanged)

  assert.equal(orders.conversions, 0)
  assert.deepEqual([...orders.states.values()], ["draft"])
  assert.equal(ledger.row(REF).token, null)
  assert.equal(await desk.convert(REF, orders, orders.digest), "order_1")
})

test("an order is answered as it is, whatever became of it since", async () => {
  const { orders, desk, place } = world()
  await place()
  await desk.convert(REF, orders, SEEN)
  orders.digest = "edited after it was placed"

  assert.equal(await desk.convert(REF, orders, SEEN), "order_1")
})

test("a quote without an order cannot be converted", async () => {
  const { orders, desk } = world()

  await assert.rejects(desk.convert(REF, orders, SEEN), NoQuoteOrder)
})

test("a draft that is given up goes, also when it is given up again", async () => {
  const { orders, desk, place } = world()
  await place()

  await desk.discard(REF, orders)
  await desk.discard(REF, orders)

  assert.deepEqual([...orders.states], [])
  await assert.rejects(desk.convert(REF, orders, SEEN), NoQuoteOrder)
})

test("an order is never given up", async () => {
  const { orders, desk, place } = world()
  await place()
  await desk.convert(REF, orders, SEEN)

  await assert.rejects(desk.discard(REF, orders), QuoteOrderPlaced)

  assert.deepEqual([...orders.states], [["order_1", "order"]])
})

test("giving up waits for the draft that is just being made", async () => {
  const { orders, desk, place } = world()

  const placing = place()
  await pause(2) // it is creating now
  await desk.discard(REF, orders)
  await placing

  assert.deepEqual([...orders.states], [])
})

for (const first of ["convert", "discard"]) {
  test(`of a conversion and giving up at once only one happens: ${first} first`, async () => {
    const { ledger, orders, desk, place } = world()
    await place()
    const second = first === "convert" ? "discard" : "convert"

    const begun = desk[first](REF, orders, SEEN)
    await pause(2)
    const ended = await Promise.allSettled([begun, desk[second](REF, orders, SEEN)])

    assert.deepEqual(ended.map((one) => one.status), ["fulfilled", "rejected"])
    assert.deepEqual([...orders.states.values()], first === "convert" ? ["order"] : [])
    assert.equal(ledger.row(REF).token, null)
  })
}

test("a claim is renewed while the work goes on, and given back after it", async () => {
  const { ledger, desk } = world({ ...SOON, renewMs: 2 })
  const renewed = []
  ledger.renew = async (ref, token) => {
    renewed.push(token)
  }

  await desk.alone(REF, () => pause(20))

  assert.ok(renewed.length > 1)
  assert.deepEqual(new Set(renewed), new Set(["claim-1"]))
  assert.equal(ledger.row(REF).token, null)
})
