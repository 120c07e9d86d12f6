"""The rules of selling in both ERPs: what an order may hold, what it comes to, how far it is."""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from integrations.adapters.custom.sandbox.books import Books, Line, Order, Refused, now

_DIGITS = {"JPY": 0, "KWD": 3}


class Sums(NamedTuple):
    net: Decimal
    tax: Decimal
    gross: Decimal


def to_coin(amount: Decimal, currency: str) -> Decimal:
    digits = _DIGITS.get(currency, 2)
    return amount.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def net_of(line: Line) -> Decimal:
    return line.quantity * line.price * (100 - line.discount) / 100


def sums(books: Books, order: Order, lines: list[Line] | None = None) -> Sums:
    """Line by line, or of everything at the end: as the books are kept."""
    taxes: dict[str, Decimal] = defaultdict(Decimal)
    net = Decimal(0)
    for line in order.lines if lines is None else lines:
        amount = net_of(line)
        if books.rounds == "line":
            amount = to_coin(amount, order.currency)
        net += amount
        for code in line.taxes:
            tax = amount * books.taxes[code] / 100
            taxes[code] += to_coin(tax, order.currency) if books.rounds == "line" else tax
    tax_sum = sum((to_coin(one, order.currency) for one in taxes.values()), Decimal(0))
    whole = to_coin(net, order.currency)
    return Sums(whole, tax_sum, whole + tax_sum)


def add_order(books: Books, ref: str, our_ref: str, firm: str, currency: str) -> Order:
    customer = books.firm(firm)
    if customer.is_blocked:
        raise Refused("customer_blocked", f"{customer.name} is blocked: ask accounting")
    order = Order(ref=ref, our_ref=our_ref, firm=firm, currency=currency)
    books.orders[ref] = order
    return order


def check_line(books: Books, line: Line) -> Line:
    books.sold(line.goods)
    if line.quantity <= 0:
        raise Refused("bad_quantity", f"The quantity {line.quantity} is not above zero")
    if line.price != line.price.quantize(Decimal(1).scaleb(-books.price_digits)):
        raise Refused("bad_price", f"The price {line.price} has too many digits")
    for code in line.taxes:
        if code not in books.taxes:
            raise Refused("unknown_tax", f"There is no tax code {code}")
    return line


def set_lines(books: Books, order: Order, lines: list[Line]) -> None:
    """Replaces all lines; one of a known reference keeps what was shipped and billed of it."""
    known = {line.our_ref: line for line in order.lines}
    for line in lines:
        check_line(books, line)
        before = known.get(line.our_ref)
        if before is not None:
            line.ref, line.shipped, line.invoiced = before.ref, before.shipped, before.invoiced
    order.lines = lines
    order.changed_at = now()


def refuse_changes(order: Order) -> None:
    if order.state == "cancelled":
        raise Refused("order_cancelled", f"The order {order.ref} is cancelled")


def confirm(books: Books, order: Order) -> None:
    refuse_changes(order)
    if not order.lines:
        raise Refused("no_lines", f"The order {order.ref} has no lines")
    if order.state == "confirmed":
        raise Refused("already_confirmed", f"The order {order.ref} is confirmed already")
    order.state, order.changed_at = "confirmed", now()
    books.move_stock(order, {})


def cancel(books: Books, order: Order) -> None:
    """Neither ERP minds goods that left: whoever asks must know what they do."""
    if order.state == "cancelled":
        raise Refused("order_cancelled", f"The order {order.ref} is cancelled already")
    order.state, order.changed_at = "cancelled", now()
    books.move_stock(order, {})


def stage(books: Books, order: Order) -> str:
    """draft, confirmed, partly_shipped, shipped, invoiced, paid or cancelled."""
    if order.state != "confirmed":
        return order.state
    bills = [one for one in books.bills_of(order.ref) if one.kind == "invoice"]
    standing = [one for one in bills if not one.is_credited]
    if standing and all(line.invoiced >= line.quantity for line in order.lines):
        return "paid" if all(one.open == 0 for one in standing) else "invoiced"
    if all(line.shipped >= line.quantity for line in order.lines):
        return "shipped"
    return "partly_shipped" if any(line.shipped for line in order.lines) else "confirmed"
