import { delayS } from "./backoff"
import type { Outcome, Sendable } from "./send"

export interface ClaimedMessage extends Sendable {
  type: string
  /** Attempts made, the one this claim is for included. */
  attempts: number
}

/** What the courier needs of the stored messages. */
export interface Outbox {
  /** Takes the oldest due message away from other processes for a while, or null. */
  claimNext(): Promise<ClaimedMessage | null>
  markDelivered(id: string): Promise<void>
  markFailed(id: string, error: string, nextAttemptAt: Date): Promise<void>
}

export interface Log {
  info(text: string): void
  warn(text: string): void
  error(text: string): void
}

// A portal that is down is asked a few times, not once for each of ten thousand messages.
const GIVE_UP_AFTER = 3
// Longer waits are left to the job that runs every minute.
const SHORT_WAIT_S = 30

/** Takes due messages out of the outbox, one after the other, until none is due. */
export class Courier {
  private running: Promise<void> | null = null
  private calledAgain = false

  constructor(
    private readonly outbox: Outbox,
    private readonly send: (message: Sendable) => Promise<Outcome>,
    private readonly log: Log
  ) {}

  /** Starts a round and returns at once. Never throws; a call during a round adds one more. */
  wake(): void {
    void this.deliverDue()
  }

  /** The same, for callers that want to know when the round is over. */
  deliverDue(): Promise<void> {
    this.calledAgain = this.running !== null
    this.running ??= this.rounds()
    return this.running
  }

  private async rounds(): Promise<void> {
    try {
      do {
        this.calledAgain = false
        await this.round()
      } while (this.calledAgain)
    } catch (error) {
      this.log.error(`erp-portal: delivery stopped until the next minute: ${(error as Error).message}`)
    } finally {
      this.running = null // in the same breath as the last look at calledAgain: no call is lost
    }
  }

  private async round(): Promise<void> {
    for (let failures = 0; failures < GIVE_UP_AFTER; ) {
      const message = await this.outbox.claimNext()
      if (!message) return
      failures = (await this.deliver(message)) ? 0 : failures + 1
    }
  }

  private async deliver(message: ClaimedMessage): Promise<boolean> {
    const outcome = await this.send(message)
    if (outcome.delivered) {
      await this.outbox.markDelivered(message.id)
      this.log.info(`erp-portal: delivered ${message.type} ${message.id} attempt=${message.attempts}`)
      return true
    }
    const waitS = delayS(message.attempts, outcome, Math.random())
    await this.outbox.markFailed(message.id, outcome.error, new Date(Date.now() + waitS * 1000))
    this.log.warn(
      `erp-portal: ${message.type} ${message.id} not delivered, kept ` +
        `attempt=${message.attempts} next_s=${Math.round(waitS)} reason="${outcome.error}"`
    )
    if (waitS <= SHORT_WAIT_S) setTimeout(() => this.wake(), waitS * 1000 + 50).unref()
    return false
  }
}
