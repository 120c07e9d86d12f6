import { secretKey } from "./delivery/signing"

/** Module options of the plugin; each may also come from the environment (see README). */
export interface PluginOptions {
  url?: string
  secret?: string
  enabled?: boolean | string
  timeoutMs?: number | string
}

/** Where to send and with what; `problem` says in one sentence why nothing can be sent. */
export interface Settings {
  enabled: boolean
  url: string
  key: Buffer
  timeoutMs: number
  problem: string | null
}

const DEFAULT_TIMEOUT_MS = 5000
const OFF = ["false", "0", "no", "off"]

/**
 * Options before environment before defaults. Never throws: a store with a wrong setting must
 * start and go on selling, so what is wrong is reported in `problem`, without the secret.
 */
export function readSettings(
  options: PluginOptions,
  env: Record<string, string | undefined>
): Settings {
  const url = String(options.url || env.ERP_PORTAL_URL || "")
  const secret = String(options.secret || env.ERP_PORTAL_SECRET || "")
  const enabled = String(options.enabled ?? env.ERP_PORTAL_ENABLED ?? "true").toLowerCase()
  const timeoutMs = Number(options.timeoutMs || env.ERP_PORTAL_TIMEOUT_MS || DEFAULT_TIMEOUT_MS)
  const key = secretKey(secret)
  return {
    enabled: !OFF.includes(enabled),
    url,
    key: key ?? Buffer.alloc(0),
    timeoutMs: timeoutMs > 0 ? timeoutMs : DEFAULT_TIMEOUT_MS,
    problem: problemOf(url, secret, key),
  }
}

function problemOf(url: string, secret: string, key: Buffer | null): string | null {
  if (!url) return "the hook address is not set (option url or ERP_PORTAL_URL)"
  if (!isHttpAddress(url)) return "the hook address is not an http(s) address (ERP_PORTAL_URL)"
  if (!secret) return "the signing secret is not set (option secret or ERP_PORTAL_SECRET)"
  if (!key) return "the signing secret is not whsec_ and base64 of 24 to 64 bytes (ERP_PORTAL_SECRET)"
  return null
}

function isHttpAddress(text: string): boolean {
  try {
    return ["http:", "https:"].includes(new URL(text).protocol)
  } catch {
    return false
  }
}
