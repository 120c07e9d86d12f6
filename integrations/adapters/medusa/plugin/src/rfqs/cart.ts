import type { MedusaContainer } from "@medusajs/framework/types"
import { ContainerRegistrationKeys, MathBN, MedusaError } from "@medusajs/framework/utils"
import type { Line, Wish } from "./body"

type Exact = Parameters<typeof MathBN.convert>[0]

export interface CartItem {
  id: string
  title: string
  variant_title?: string | null
  variant_sku?: string | null
  quantity: Exact
  unit_price: Exact
  is_tax_inclusive?: boolean
  tax_lines?: { rate: Exact }[] | null
  metadata?: Record<string, unknown> | null
}

export interface Cart {
  id: string
  currency_code: string
  items: CartItem[]
}

const LONGEST_TITLE = 300
const PLACES = 6 // of a target price in the portal

/** The customer's own cart; somebody else's is not found. */
export async function cartOf(
  cartId: string,
  customerId: string,
  scope: MedusaContainer
): Promise<Cart> {
  const { data } = await scope.resolve(ContainerRegistrationKeys.QUERY).graph({
    entity: "cart",
    fields: ["id", "currency_code", "items.*", "items.tax_lines.*"],
    filters: { id: cartId, customer_id: customerId },
  })
  if (!data.length) {
    throw new MedusaError(MedusaError.Types.NOT_FOUND, `Cart with id: ${cartId} was not found`)
  }
  return data[0] as unknown as Cart
}

/** The cart's lines as they are asked for, always in the same order. */
export function linesOf(items: CartItem[], wishes: Wish[] = []): Line[] {
  const wished = new Map(wishes.map((wish) => [wish.item_id, wish]))
  const sorted = [...items].sort((a, b) => (a.id < b.id ? -1 : 1)) // Medusa's order is not stable
  const unknown = wishes.find((wish) => !items.some((item) => item.id === wish.item_id))
  if (unknown) throw invalid(`The cart has no line ${unknown.item_id}`)
  if (!sorted.length) throw invalid("The cart is empty")
  return sorted.map((item) => lineOf(item, wished.get(item.id)))
}

function lineOf(item: CartItem, wish?: Wish): Line {
  return {
    sku: item.variant_sku ?? "",
    title: titleOf(item).slice(0, LONGEST_TITLE),
    quantity: MathBN.convert(item.quantity).toFixed(),
    target_price: wish?.target_price ?? netPriceOf(item),
    note: wish?.note,
    configuration: configurationOf(item.metadata?.configuration),
  }
}

function titleOf({ title, variant_title: variant }: CartItem): string {
  return !variant || title.includes(variant) ? title : `${title} (${variant})`
}

/** Net; undefined for a price with a tax that is not known yet, which says nothing of the net. */
function netPriceOf(item: CartItem): string | undefined {
  const price = MathBN.convert(item.unit_price)
  if (!item.is_tax_inclusive) return plain(price)
  if (!item.tax_lines?.length) return undefined
  const rate = item.tax_lines.reduce((sum, tax) => MathBN.add(sum, tax.rate), MathBN.convert(0))
  return plain(MathBN.div(price, MathBN.add(1, MathBN.div(rate, 100))))
}

const plain = (price: ReturnType<typeof MathBN.convert>) =>
  price.decimalPlaces(PLACES).toFixed()

/** What a configurator left on the line: a list of {name, value} or an object of values. */
export function configurationOf(kept: unknown): Line["configuration"] {
  if (kept === null || kept === undefined || kept === "") return undefined
  if (Array.isArray(kept) && kept.every(isChoice)) {
    return kept.map(({ name, value }) => ({ name, value: words(value) }))
  }
  if (typeof kept === "object" && !Array.isArray(kept)) {
    return Object.entries(kept).map(([name, value]) => ({ name, value: words(value) }))
  }
  return [{ name: "configuration", value: words(kept) }]
}

const isChoice = (one: unknown): one is { name: string; value: unknown } =>
  typeof (one as { name?: unknown } | null)?.name === "string"

const words = (value: unknown): string =>
  typeof value === "string" ? value : (JSON.stringify(value) ?? "")

const invalid = (message: string) => new MedusaError(MedusaError.Types.INVALID_DATA, message)
