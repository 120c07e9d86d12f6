"""Prices by Odoo's own rules: a cart computed as its order form would, and not stored.

`sale.order.onchange` prices all lines in one call. It takes what the form names without a
value for empty: a pricelist named so leaves lines at the sales price, a currency named so
converts nothing, both without a word. So the header is either not named at all (the customer's
own pricelist, currency and tax mapping count), or given in full.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from integrations.adapters.odoo.base import OdooPart
from integrations.adapters.odoo.customers import customer_id, unknown_customer
from integrations.adapters.odoo.priced import Basis, Header, Row, refusal, to_answer
from integrations.adapters.odoo.wire import currency_of, id_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal

MOST_CARTS = 32  # enough to find two bad lines among a hundred
_LINE_SPEC: dict[str, Any] = {
    name: {}
    for name in ("product_uom_qty", "price_unit", "discount", "price_subtotal", "pricelist_item_id")
}
PRODUCT_FIELDS = [
    "default_code",
    "name",
    "active",
    "sale_ok",
    "type",
    "lst_price",
    "uom_id",
    "currency_id",
    "write_date",
]
Ask = tuple[str, PriceAsk]  # a line with the id that only this question knows


class Pricing(OdooPart):
    """Implements `QuotesPrices`, but for the payment terms."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """Seven calls, or up to `MOST_CARTS` more where Odoo refuses the cart for some line."""
        if not question.lines:
            return ()
        header, today = self._price_header(question), datetime.now(UTC).date()
        products = self._priced_products(question.lines)
        asks = [(f"v{number}", ask) for number, ask in enumerate(question.lines, start=1)]
        refused = {key: refusal(ask, _product_of(ask, products)) for key, ask in asks}
        day = {} if question.asked_on == today else {"date": question.asked_on.isoformat()}
        lines = self._priced_lines(header, [one for one in asks if not refused[one[0]]], day)
        basis = Basis(
            header=header,
            products=products,
            costs=self._costs(products),
            rules=self._rules(lines.values()),
            currencies=self._currencies(header, products.values(), day),
            priced_at=datetime.now(UTC),
        )
        return tuple(_answer(one, refused, lines, basis) for one in asks)

    # -- whom and by what

    def _price_header(self, question: PriceQuestion) -> Header:
        """The customer's own pricelist where it has the currency, else the connection's."""
        partner_id = customer_id(question.customer_ref)
        partner = self.client.call(
            "res.partner",
            "search_read",
            writes=False,
            domain=[["id", "=", partner_id], ["active", "in", [True, False]]],
            fields=["property_product_pricelist"],
        )
        if not partner:
            raise unknown_customer(question.customer_ref)
        own = id_of(partner[0]["property_product_pricelist"])
        named = self.settings.pricelists.get(question.currency)
        found = {row["id"]: row for row in self._pricelists([one for one in (own, named) if one])}
        for pricelist_id in (own, named):
            pricelist = found.get(pricelist_id)
            if pricelist is not None and currency_of(pricelist) == question.currency:
                return Header(
                    partner_id=partner_id, pricelist=pricelist, is_own=pricelist_id == own
                )
        raise _no_pricelist(question.currency)

    def _pricelists(self, ids: Sequence[int]) -> Sequence[Row]:
        found: Sequence[Row] = self.client.call(
            "product.pricelist",
            "search_read",
            writes=False,
            domain=[["id", "in", list(ids)]],
            fields=["name", "currency_id"],
        )
        return found

    # -- the cart

    def _priced_lines(self, header: Header, asks: Sequence[Ask], day: Row) -> dict[str, Row]:
        """Odoo's line by key; one it refuses holds its words under `refused`.

        One bad line fails the whole cart, so a refused cart is asked again in halves.
        """
        found: dict[str, Row] = {}
        waiting = [list(asks)] if asks else []
        asked = 0
        while waiting:
            cart = waiting.pop(0)
            asked += 1
            try:
                found.update(self._cart(header, cart, day))
            except Rejected as exc:
                if len(cart) == 1 or asked + len(waiting) + 2 > MOST_CARTS:
                    found.update({key: {"refused": exc.message} for key, _ in cart})
                else:
                    middle = len(cart) // 2
                    waiting += [cart[:middle], cart[middle:]]
        return found

    def _cart(self, header: Header, asks: Sequence[Ask], day: Row) -> dict[str, Row]:
        values: dict[str, Any] = {"partner_id": header.partner_id}
        if not header.is_own:
            # empty, and given so: taxes are not mapped, and only net prices are looked at
            values |= {"pricelist_id": header.pricelist["id"], "fiscal_position_id": False}
            values["currency_id"] = header.currency_id
        if day:
            values["date_order"] = f"{day['date']} 12:00:00"
        values["order_line"] = [[0, key, _wanted(ask)] for key, ask in asks]
        answer = self.client.call(
            "sale.order",
            "onchange",
            ids=[],
            writes=False,
            values=values,
            field_names=[],
            fields_spec={"order_line": {"fields": _LINE_SPEC}},
        )
        return {command[1]: command[2] for command in answer["value"].get("order_line", [])}

    # -- what it rests upon

    def _priced_products(self, asks: Iterable[PriceAsk]) -> dict[int, Row]:
        ids = sorted({int(ask.product_ref) for ask in asks if _is_id(ask.product_ref)})
        found = self.client.call(
            "product.product",
            "search_read",
            writes=False,
            domain=[["id", "in", ids], ["active", "in", [True, False]]],
            fields=PRODUCT_FIELDS,
        )
        return {row["id"]: row for row in found}

    def _costs(self, products: Iterable[int]) -> dict[int, Row]:
        """By itself, because a field without the right to it fails the whole call."""
        ids = sorted(products)
        if not ids:
            return {}
        try:
            found = self.client.call(
                "product.product",
                "read",
                ids=ids,
                writes=False,
                fields=["standard_price", "cost_currency_id"],
            )
        except NeedsOperator as exc:
            if exc.reason != "erp_access_denied":
                raise
            return {}
        return {row["id"]: row for row in found}

    def _rules(self, lines: Iterable[Row]) -> dict[int, Row]:
        ids = sorted({line["pricelist_item_id"] for line in lines if line.get("pricelist_item_id")})
        if not ids:
            return {}
        found = self.client.call(
            "product.pricelist.item",
            "search_read",
            writes=False,
            domain=[["id", "in", ids]],
            fields=["compute_price", "write_date"],
        )
        return {row["id"]: row for row in found}

    def _currencies(self, header: Header, products: Iterable[Row], day: Row) -> dict[int, Row]:
        """With their rates of that day; `rate` is counted from the company's currency."""
        ids = {header.currency_id, *(id_of(row["currency_id"]) or 0 for row in products)}
        found = self.client.call(
            "res.currency",
            "search_read",
            writes=False,
            context=day,
            domain=[["id", "in", sorted(ids)], ["active", "in", [True, False]]],
            fields=["name", "decimal_places", "rate"],
        )
        return {row["id"]: row for row in found}


def _answer(
    ask: Ask, refused: dict[str, str], lines: dict[str, Row], basis: Basis
) -> PriceAnswer | PriceRefusal:
    key, line = ask
    reason = refused[key]
    if not reason and key not in lines:
        reason = "Odoo gave no price for this line."
    reason = reason or str(lines[key].get("refused", ""))
    if reason:
        return PriceRefusal(our_ref=line.our_ref, reason=reason)
    return to_answer(line, lines[key], basis)


def _product_of(ask: PriceAsk, products: dict[int, Row]) -> Row | None:
    return products.get(int(ask.product_ref)) if _is_id(ask.product_ref) else None


def _is_id(ref: str) -> bool:
    return ref.isascii() and ref.isdigit()


def _wanted(ask: PriceAsk) -> dict[str, Any]:
    return {"product_id": int(ask.product_ref), "product_uom_qty": ask.quantity}


def _no_pricelist(currency: str) -> NeedsOperator:
    return NeedsOperator(
        f"Neither the customer's pricelist in Odoo nor one of the connection is in {currency}.",
        reason="no_pricelist",
        cause=f"no_pricelist:{currency}",
        hint="Add an active pricelist in this currency to the setting 'pricelists' of the "
        "connection.",
    )
