import { randomUUID } from "node:crypto"
import { generateEntityId } from "@medusajs/framework/utils"
import type { Run } from "../outbox"
import type { Claim, Ledger } from "./desk"

// How long a claim outlives a process that died with it. The portal looks again after 35 s.
const CLAIM_S = 20

/** The table of quotes and orders, in single statements: the database decides who was first. */
export class SqlLedger implements Ledger {
  constructor(private readonly run: Run) {}

  async orderOf(quoteRef: string): Promise<string | null> {
    const [row] = await this.run<{ order_id: string | null }>(
      `SELECT order_id FROM erp_portal_quote_order WHERE quote_ref = ? AND deleted_at IS NULL`,
      [quoteRef]
    )
    return row?.order_id ?? null
  }

  async claim(quoteRef: string): Promise<Claim | null> {
    const token = randomUUID()
    const [row] = await this.run<{ order_id: string | null }>(
      `INSERT INTO erp_portal_quote_order AS mine (id, quote_ref, claim, claimed_until)
       VALUES (?, ?, ?, now() + make_interval(secs => ?))
       ON CONFLICT (quote_ref) WHERE deleted_at IS NULL DO UPDATE
       SET claim = EXCLUDED.claim, claimed_until = EXCLUDED.claimed_until, updated_at = now()
       WHERE mine.claimed_until IS NULL OR mine.claimed_until < now()
       RETURNING order_id`,
      [generateEntityId(undefined, "erpqo"), quoteRef, token, CLAIM_S]
    )
    return row ? { token, orderId: row.order_id } : null
  }

  async renew(quoteRef: string, token: string): Promise<void> {
    await this.run(
      `UPDATE erp_portal_quote_order SET claimed_until = now() + make_interval(secs => ?)
       WHERE quote_ref = ? AND claim = ? RETURNING id`,
      [CLAIM_S, quoteRef, token]
    )
  }

  async record(quoteRef: string, token: string, orderId: string): Promise<boolean> {
    const rows = await this.run(
      `UPDATE erp_portal_quote_order SET order_id = ?, updated_at = now()
       WHERE quote_ref = ? AND claim = ? RETURNING id`,
      [orderId, quoteRef, token]
    )
    return rows.length === 1
  }

  async release(quoteRef: string, token: string): Promise<void> {
    await this.run(
      `UPDATE erp_portal_quote_order SET claim = NULL, claimed_until = NULL
       WHERE quote_ref = ? AND claim = ? RETURNING id`,
      [quoteRef, token]
    )
  }

  /** Of these orders, the ones that are recorded as the order of a quote. */
  async recorded(orderIds: string[]): Promise<Set<string>> {
    const rows = await this.run<{ order_id: string }>(
      `SELECT order_id FROM erp_portal_quote_order
       WHERE order_id IN (SELECT jsonb_array_elements_text(?::jsonb)) AND deleted_at IS NULL`,
      [JSON.stringify(orderIds)]
    )
    return new Set(rows.map((row) => row.order_id))
  }

  /** Of these quotes, the ones that somebody works on now. */
  async busy(quoteRefs: string[]): Promise<Set<string>> {
    const rows = await this.run<{ quote_ref: string }>(
      `SELECT quote_ref FROM erp_portal_quote_order
       WHERE quote_ref IN (SELECT jsonb_array_elements_text(?::jsonb))
         AND claimed_until >= now() AND deleted_at IS NULL`,
      [JSON.stringify(quoteRefs)]
    )
    return new Set(rows.map((row) => row.quote_ref))
  }
}
