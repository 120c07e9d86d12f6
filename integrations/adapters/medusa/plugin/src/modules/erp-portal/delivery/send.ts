import type { Settings } from "../settings"
import { signedHeaders } from "./signing"

/** What became of one attempt. */
export type Outcome =
  | { delivered: true }
  | { delivered: false; refused: boolean; error: string; retryAfterS?: number }

export interface Sendable {
  id: string
  body: string
}

const WORTH_REPEATING_SOON = [408, 409, 425, 429]
const KEPT_CHARS = 300

/** One signed POST. Never throws; a 2xx (also "already known") is delivered. */
export async function send(settings: Settings, message: Sendable, now: Date): Promise<Outcome> {
  try {
    const answer = await fetch(settings.url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        ...signedHeaders(settings.key, message.id, message.body, now),
      },
      body: message.body,
      redirect: "manual", // the signature is meant for this address alone
      signal: AbortSignal.timeout(settings.timeoutMs),
    })
    return outcomeOf(answer.status, await answer.text(), answer.headers.get("retry-after"))
  } catch (error) {
    return { delivered: false, refused: false, error: reasonOf(error) }
  }
}

export function outcomeOf(status: number, words: string, retryAfter: string | null): Outcome {
  if (status >= 200 && status < 300) return { delivered: true }
  const refused = status < 500 && !WORTH_REPEATING_SOON.includes(status)
  const seconds = Number(retryAfter)
  return {
    delivered: false,
    refused,
    error: `the portal answered ${status}: ${words.trim().slice(0, KEPT_CHARS)}`,
    ...(retryAfter && seconds > 0 ? { retryAfterS: seconds } : {}),
  }
}

function reasonOf(error: unknown): string {
  // fetch says only "fetch failed"; the cause names what happened (ECONNREFUSED, …)
  const { name, message, cause } = error as Error & { cause?: { code?: string; message?: string } }
  if (name === "TimeoutError") return "the portal did not answer in time"
  return `the portal was not reached: ${cause?.code ?? cause?.message ?? message}`
}
