import { authenticate, defineMiddlewares, validateAndTransformBody } from "@medusajs/framework/http"
import { BuyerPricesBody } from "../prices/body"
import { ConvertBody, QuoteOrderBody } from "../quotes/body"
import { RfqBody } from "../rfqs/body"

const QUOTE_ORDERS = "/admin/erp-portal/quote-orders"

export default defineMiddlewares({
  routes: [
    {
      matcher: QUOTE_ORDERS,
      method: ["POST"],
      // Medusa's own limit of 100 kB is some 300 lines with a configuration each.
      bodyParser: { sizeLimit: "2mb" },
      middlewares: [validateAndTransformBody(QuoteOrderBody)],
    },
    {
      matcher: `${QUOTE_ORDERS}/:quote_ref/convert`,
      method: ["POST"],
      middlewares: [validateAndTransformBody(ConvertBody)],
    },
    {
      matcher: "/admin/erp-portal/buyer-prices",
      method: ["POST"],
      middlewares: [validateAndTransformBody(BuyerPricesBody)],
    },
    {
      // Store routes are open to anybody with a publishable key; this is for signed-in customers.
      matcher: "/store/erp-portal/handover",
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
    {
      matcher: "/store/erp-portal/rfqs",
      method: ["POST"],
      bodyParser: { sizeLimit: "1mb" }, // what the portal takes
      middlewares: [authenticate("customer", ["session", "bearer"]), validateAndTransformBody(RfqBody)],
    },
    {
      matcher: "/store/erp-portal/rfqs/:number",
      middlewares: [authenticate("customer", ["session", "bearer"])],
    },
  ],
})
