import type { Context, Logger } from "@medusajs/framework/types"
import { InjectManager, MedusaContext, MedusaService } from "@medusajs/framework/utils"
import type { EntityManager } from "@medusajs/framework/mikro-orm/knex"
import { Courier } from "./delivery/courier"
import { send } from "./delivery/send"
import { Message } from "./models/message"
import { QuoteOrder } from "./models/quote-order"
import { SqlOutbox } from "./outbox"
import { QuoteDesk } from "./quotes/desk"
import { SqlLedger } from "./quotes/ledger"
import { type PluginOptions, readSettings, type Settings } from "./settings"

/** The module's door: the settings, the stored messages and who delivers them, and the quotes. */
export default class ErpPortalService extends MedusaService({ Message, QuoteOrder }) {
  readonly settings: Settings
  readonly outbox: SqlOutbox
  readonly courier: Courier
  readonly ledger: SqlLedger
  readonly desk: QuoteDesk
  // Called by Medusa once everything is loaded, in every process.
  readonly __hooks = { onApplicationStart: (): Promise<void> => this.begin() }
  private readonly log: Logger

  constructor(container: { logger: Logger }, options: PluginOptions = {}) {
    super(container, options)
    this.log = container.logger
    this.settings = readSettings(options, process.env)
    this.outbox = new SqlOutbox((sql, values) => this.execute(sql, values))
    this.courier = new Courier(
      this.outbox,
      (message) => send(this.settings, message, new Date()),
      this.log
    )
    this.ledger = new SqlLedger((sql, values) => this.execute(sql, values))
    this.desk = new QuoteDesk(this.ledger)
  }

  /** Whether there is an address and a secret to send with. */
  get canSend(): boolean {
    return this.settings.enabled && this.settings.problem === null
  }

  /** Starts sending what is due and returns at once; does nothing while nothing can be sent. */
  wake(): void {
    if (this.canSend) this.courier.wake()
  }

  /** Makes everything kept due now and starts sending; returns how many messages that are. */
  async redeliver(): Promise<number> {
    const pending = await this.outbox.makeAllDue()
    this.wake()
    return pending
  }

  @InjectManager()
  protected async execute<Row>(
    sql: string,
    values: unknown[],
    @MedusaContext() shared: Context<EntityManager> = {}
  ): Promise<Row[]> {
    return (shared.manager as EntityManager).execute(sql, values)
  }

  private async begin(): Promise<void> {
    const { enabled, problem } = this.settings
    if (!enabled) {
      this.log.info("erp-portal: switched off (enabled=false), events are neither kept nor sent")
    } else if (problem) {
      this.log.warn(`erp-portal: events are kept but not sent: ${problem}`)
    } else {
      // A restart is when settings change: do not wait out the backoff of the old ones.
      await this.redeliver()
    }
  }
}
