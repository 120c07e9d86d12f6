import { generateEntityId } from "@medusajs/framework/utils"
import type { ClaimedMessage, Outbox } from "./delivery/courier"

/** Runs one SQL statement with `?` places and returns its rows. */
export type Run = <Row>(sql: string, values: unknown[]) => Promise<Row[]>

export interface NewMessage {
  eventKey: string
  type: string
  body: string
}

/** What GET /admin/erp-portal/status shows of the stored messages. */
export interface Summary {
  pending: number
  oldest_pending_at: Date | null
  last_delivered_at: Date | null
  last_error: string | null
}

// Longer than one attempt can take: a process that dies while sending leaves its message to
// the next one, which may send it again (the portal knows it by its id).
const CLAIM_S = 60

/**
 * The stored messages, in single statements: what makes two Medusa processes safe beside each
 * other is decided by the database, not by reading first and writing later.
 */
export class SqlOutbox implements Outbox {
  constructor(private readonly run: Run) {}

  /** Stores a message; a second one with the same event key changes nothing. */
  async keep({ eventKey, type, body }: NewMessage): Promise<void> {
    await this.run(
      `INSERT INTO erp_portal_message (id, event_key, type, body, next_attempt_at)
       VALUES (?, ?, ?, ?, now())
       ON CONFLICT (event_key) WHERE deleted_at IS NULL DO NOTHING`,
      [generateEntityId(undefined, "msg"), eventKey, type, body]
    )
  }

  async claimNext(): Promise<ClaimedMessage | null> {
    const rows = await this.run<ClaimedMessage>(
      `UPDATE erp_portal_message
       SET next_attempt_at = now() + make_interval(secs => ?), attempts = attempts + 1,
           updated_at = now()
       WHERE id = (SELECT id FROM erp_portal_message
                   WHERE delivered_at IS NULL AND deleted_at IS NULL AND next_attempt_at <= now()
                   ORDER BY next_attempt_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
       RETURNING id, type, body, attempts`,
      [CLAIM_S]
    )
    return rows[0] ?? null
  }

  async markDelivered(id: string): Promise<void> {
    await this.run(
      `UPDATE erp_portal_message SET delivered_at = now(), updated_at = now(), last_error = NULL
       WHERE id = ?`,
      [id]
    )
  }

  async markFailed(id: string, error: string, nextAttemptAt: Date): Promise<void> {
    await this.run(
      `UPDATE erp_portal_message SET last_error = ?, next_attempt_at = ?, updated_at = now()
       WHERE id = ? AND delivered_at IS NULL`,
      [error, nextAttemptAt, id]
    )
  }

  /** Makes everything that is not delivered due now; returns how many. */
  async makeAllDue(): Promise<number> {
    const rows = await this.run(
      `UPDATE erp_portal_message SET next_attempt_at = now(), updated_at = now()
       WHERE delivered_at IS NULL RETURNING id`,
      []
    )
    return rows.length
  }

  /** Deletes what was delivered more than `days` ago; returns how many. */
  async prune(days: number): Promise<number> {
    const rows = await this.run(
      `DELETE FROM erp_portal_message
       WHERE delivered_at < now() - make_interval(days => ?) RETURNING id`,
      [days]
    )
    return rows.length
  }

  async summary(): Promise<Summary> {
    const [row] = await this.run<Summary>(
      `SELECT (SELECT count(*)::int FROM erp_portal_message WHERE delivered_at IS NULL) AS pending,
              (SELECT min(created_at) FROM erp_portal_message
               WHERE delivered_at IS NULL) AS oldest_pending_at,
              (SELECT max(delivered_at) FROM erp_portal_message) AS last_delivered_at,
              (SELECT last_error FROM erp_portal_message
               WHERE delivered_at IS NULL AND last_error IS NOT NULL
               ORDER BY updated_at DESC LIMIT 1) AS last_error`,
      []
    )
    return row
  }
}
