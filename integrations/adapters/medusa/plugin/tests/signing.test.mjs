import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { secretKey, signedHeaders } = built("modules/erp-portal/delivery/signing")

test("the example of the Standard Webhooks specification gets the same signature", () => {
  const key = secretKey("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
  const now = new Date(1614265330 * 1000)

  const headers = signedHeaders(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", '{"test": 2432232314}', now)

  assert.deepEqual(headers, {
    "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
    "webhook-timestamp": "1614265330",
    "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
  })
})

test("what is not a whsec_ secret of 24 to 64 bytes is no key", () => {
  const of = (bytes) => "whsec_" + Buffer.alloc(bytes, 7).toString("base64")
  for (const secret of ["", "whsec_", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_not base64", of(23), of(65)]) {
    assert.equal(secretKey(secret), null, secret)
  }
  assert.equal(secretKey(of(24)).length, 24)
  assert.equal(secretKey(of(64)).length, 64)
})
