import assert from "node:assert/strict"
import { test } from "node:test"
import { built } from "./built.mjs"

const { readSettings } = built("modules/erp-portal/settings")
const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
const URL_ = "https://portal.example/api/hooks/token"

test("options win over the environment", () => {
  const env = { ERP_PORTAL_URL: "https://other.example", ERP_PORTAL_SECRET: SECRET }

  const settings = readSettings({ url: URL_ }, env)

  assert.equal(settings.url, URL_)
  assert.equal(settings.problem, null)
  assert.equal(settings.timeoutMs, 5000)
})

test("what is missing or wrong is said in words, without the secret", () => {
  const problem = (env) => readSettings({}, env).problem
  assert.match(problem({}), /hook address is not set.*ERP_PORTAL_URL/)
  assert.match(problem({ ERP_PORTAL_URL: "portal" }), /not an http/)
  assert.match(problem({ ERP_PORTAL_URL: URL_ }), /secret is not set.*ERP_PORTAL_SECRET/)
  const wrong = problem({ ERP_PORTAL_URL: URL_, ERP_PORTAL_SECRET: "hunter2" })
  assert.match(wrong, /secret is not whsec_/)
  assert.doesNotMatch(wrong, /hunter2/)
})

test("the plugin can be switched off from either side", () => {
  assert.equal(readSettings({ enabled: false }, {}).enabled, false)
  assert.equal(readSettings({}, { ERP_PORTAL_ENABLED: "off" }).enabled, false)
  assert.equal(readSettings({}, {}).enabled, true)
})
