import { createServer } from "node:http"
import { built } from "./built.mjs"

const { readSettings } = built("modules/erp-portal/settings")

export const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

/** A portal that answers like this and keeps what it was asked. */
export async function portal(status, words, use) {
  const asked = []
  const server = createServer((request, response) => {
    let body = ""
    request.on("data", (part) => (body += part))
    request.on("end", () => {
      asked.push({ path: request.url, method: request.method, headers: request.headers, body })
      response.writeHead(status, { "content-type": "application/json" }).end(words)
    })
  })
  await new Promise((started) => server.listen(0, "127.0.0.1", started))
  try {
    return await use(`http://127.0.0.1:${server.address().port}`, asked)
  } finally {
    server.close()
  }
}

export const settingsFor = (origin) =>
  readSettings({ url: `${origin}/api/hooks/token`, secret: SECRET }, {})
