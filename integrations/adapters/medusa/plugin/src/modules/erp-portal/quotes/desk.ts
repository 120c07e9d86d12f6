/** A claim on a quote: its holder alone may place or convert the quote's order. */
export interface Claim {
  token: string
  /** The order recorded so far, also one that was deleted since. */
  orderId: string | null
}

/** Which quote became which order, and who works on a quote now (see SqlLedger). */
export interface Ledger {
  orderOf(quoteRef: string): Promise<string | null>
  /** A claim, or null while somebody else holds one. */
  claim(quoteRef: string): Promise<Claim | null>
  renew(quoteRef: string, token: string): Promise<void>
  /** False when the claim was lost meanwhile; then nothing is recorded. */
  record(quoteRef: string, token: string, orderId: string): Promise<boolean>
  release(quoteRef: string, token: string): Promise<void>
}

/** What is done with orders in Medusa itself (see src/quotes/orders.ts). */
export interface Orders {
  /** "draft", "order" for one that is no draft any more, or null when there is none. */
  stateOf(orderId: string): Promise<"draft" | "order" | null>
  /** Tells what the order holds now from anything else (see digest.ts); null when it is gone. */
  digestOf(orderId: string): Promise<string | null>
  convert(orderId: string): Promise<void>
  remove(orderId: string): Promise<void>
}

export class QuoteBusy extends Error {
  constructor(quoteRef: string) {
    super(`Another request works on the order of ${quoteRef}; ask again in a moment.`)
  }
}

export class NoQuoteOrder extends Error {
  constructor(quoteRef: string) {
    super(`No order was placed for ${quoteRef}.`)
  }
}

export class QuoteOrderChanged extends Error {
  constructor(quoteRef: string) {
    super(`The draft of ${quoteRef} was edited since it was looked at; look at it again.`)
  }
}

export class QuoteOrderPlaced extends Error {
  constructor(quoteRef: string) {
    super(`The order of ${quoteRef} is placed and no draft any more; cancel it in Medusa.`)
  }
}

export interface Patience {
  waitMs: number
  pollMs: number
  renewMs: number
}

const PATIENCE: Patience = { waitMs: 5000, pollMs: 100, renewMs: 5000 }

/**
 * One order for one quote, and one conversion of it, by the database's word: the claim is taken
 * before anything is created, and what was created counts only once it is recorded under that
 * same claim. Nobody holds a connection or a lock while waiting.
 */
export class QuoteDesk {
  constructor(
    private readonly ledger: Ledger,
    private readonly patience: Patience = PATIENCE
  ) {}

  /** The id of the quote's order; `create` makes the draft where there is none yet. */
  async place(quoteRef: string, orders: Orders, create: () => Promise<string>): Promise<string> {
    const known = await this.placed(quoteRef, orders)
    if (known) return known
    return this.alone(quoteRef, async ({ token, orderId }) => {
      // A draft that somebody deleted in Medusa makes room for a new one.
      if (orderId && (await orders.stateOf(orderId))) return orderId
      const made = await create()
      if (await this.recorded(quoteRef, token, made, orders)) return made
      throw new QuoteBusy(quoteRef)
    })
  }

  /**
   * The id of the quote's order, converted; one that is converted already is left alone. A draft
   * of another content than `digest` says is not converted: somebody edited it by hand.
   */
  async convert(quoteRef: string, orders: Orders, digest: string): Promise<string> {
    const known = await this.placed(quoteRef, orders)
    if (!known) throw new NoQuoteOrder(quoteRef)
    if ((await orders.stateOf(known)) === "order") return known
    return this.alone(quoteRef, async ({ orderId }) => {
      const state = orderId ? await orders.stateOf(orderId) : null
      if (!orderId || !state) throw new NoQuoteOrder(quoteRef)
      if (state === "order") return orderId
      if ((await orders.digestOf(orderId)) !== digest) throw new QuoteOrderChanged(quoteRef)
      await orders.convert(orderId)
      return orderId
    })
  }

  /**
   * Removes the quote's draft; nothing where there is none (any more). Whoever converts it at the
   * same time either finds no draft or is first, and then the order is refused and stays.
   */
  async discard(quoteRef: string, orders: Orders): Promise<void> {
    await this.alone(quoteRef, async ({ orderId }) => {
      const state = orderId ? await orders.stateOf(orderId) : null
      if (state === "order") throw new QuoteOrderPlaced(quoteRef)
      if (orderId && state === "draft") await orders.remove(orderId)
    })
  }

  /** The id of the quote's order, or null when none was placed or it was deleted. */
  async placed(quoteRef: string, orders: Orders): Promise<string | null> {
    const orderId = await this.ledger.orderOf(quoteRef)
    return orderId && (await orders.stateOf(orderId)) ? orderId : null
  }

  /** Runs `work` while nobody else works on the quote; throws QuoteBusy after a while. */
  async alone<Result>(
    quoteRef: string,
    work: (claim: Claim) => Promise<Result>
  ): Promise<Result> {
    const claim = await this.claimed(quoteRef)
    const renewing = setInterval(() => {
      // A renewal that fails lets the claim end, and then `record` refuses.
      this.ledger.renew(quoteRef, claim.token).catch(() => undefined)
    }, this.patience.renewMs)
    try {
      return await work(claim)
    } finally {
      clearInterval(renewing)
      // The outcome stands in any case: a claim that is not released ends by itself.
      await this.ledger.release(quoteRef, claim.token).catch(() => undefined)
    }
  }

  private async claimed(quoteRef: string): Promise<Claim> {
    const givesUpAt = Date.now() + this.patience.waitMs
    for (;;) {
      const claim = await this.ledger.claim(quoteRef)
      if (claim) return claim
      if (Date.now() >= givesUpAt) throw new QuoteBusy(quoteRef)
      await new Promise((resolve) => setTimeout(resolve, this.patience.pollMs))
    }
  }

  /** False when the claim was lost; a draft that is not recorded does not stay. */
  private async recorded(
    quoteRef: string,
    token: string,
    orderId: string,
    orders: Orders
  ): Promise<boolean> {
    let isRecorded = false
    try {
      isRecorded = await this.ledger.record(quoteRef, token, orderId)
    } finally {
      if (!isRecorded) await orders.remove(orderId)
    }
    return isRecorded
  }
}
