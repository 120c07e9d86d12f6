"""What the account computes on an order: prices, amounts, tax, what is in stock.

Amounts follow the currency's precision, which is 0 or 2 (Help: "Currency Decimal Precision");
tax is rounded off to two places per tax detail line or per transaction, where taxes of one rate
are rounded together (Help: "Setting Up Nexus Preferences").
"""

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal

from integrations.adapters.netsuite.sandbox.store import ZERO, Line, Stock, Store, Transaction

SHIPS = {"InvtPart", "Assembly", "Kit", "NonInvtPart"}


def to_currency(store: Store, amount: Decimal, currency: int) -> Decimal:
    places = int(store.table("currency")[currency]["currencyprecision"])
    return amount.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def tax_rate(store: Store, line: Line) -> Decimal:
    code = line.tax_code or str(store.table("item")[line.item].get("taxcode") or "")
    return Decimal(store.table("salestaxitem")[int(code)]["rate"]) if code else ZERO


def total_up(store: Store, one: Transaction, *, tax_rounding: str) -> None:
    """Subtotal, tax and total from the lines; a closed line counts like any other."""
    one.subtotal = sum((line.amount for line in one.lines), ZERO)
    parts: dict[Decimal, Decimal] = defaultdict(Decimal)
    for line in one.lines:
        rate = tax_rate(store, line)
        raw = line.amount * rate / 100
        rounded = to_currency(store, raw, one.currency)
        parts[rate] += rounded if tax_rounding == "line" else raw
    one.tax = sum((to_currency(store, part, one.currency) for part in parts.values()), ZERO)
    one.total = one.subtotal + one.tax


def list_rate(store: Store, one: Transaction, line: Line) -> Decimal:
    """The price of the customer's own level, where a line names neither rate nor price."""
    customer = store.table("customer")[one.entity]
    level = int(line.price or customer.get("pricelevel") or 1)
    for wanted in (level, 1):
        steps = [
            row
            for row in store.pricing
            if (row["item"], row["pricelevel"], row["currency"])
            == (line.item, wanted, one.currency)
            and row["quantity"] <= line.quantity
        ]
        if steps:
            return Decimal(max(steps, key=lambda row: row["quantity"])["unitprice"])
    return ZERO


def ships(store: Store, line: Line) -> bool:
    return store.table("item")[line.item]["itemtype"] in SHIPS


def place_of(store: Store, line: Line) -> Stock:
    """Where the line's goods come from: its location, else the first."""
    location = line.location or min(store.table("location"), default=0)
    return store.stock.setdefault((line.item, location), Stock(changed=store.now()))


def commit(store: Store, one: Transaction) -> None:
    """Reserves what is there for an approved order; what is not is back-ordered."""
    for line in one.lines:
        release(store, line)
        if not ships(store, line) or line.is_closed or one.status in {"A", "C", "H"}:
            continue
        place = place_of(store, line)
        wanted = line.quantity - line.shipped
        line.committed = max(min(wanted, place.available), ZERO)
        place.committed += line.committed
        place.changed = store.now()


def release(store: Store, line: Line) -> None:
    if line.committed:
        place_of(store, line).committed -= line.committed
        line.committed = ZERO


def backordered(store: Store, one: Transaction, line: Line) -> Decimal:
    if line.is_closed or one.status in {"A", "C", "H"} or not ships(store, line):
        return ZERO
    return line.quantity - line.shipped - line.committed


def settle_status(store: Store, one: Transaction) -> None:
    """B pending fulfilment, D partly fulfilled, E that and partly billed, F pending billing, G
    billed, H closed; A and C are set by people."""
    if one.status in {"A", "C"} and not all(line.is_closed for line in one.lines):
        return
    live = [line for line in one.lines if not line.is_closed]
    goods = [line for line in live if ships(store, line)]
    is_shipped = all(line.shipped >= line.quantity for line in goods)
    is_billed = all(line.billed >= line.quantity for line in live)
    some_shipped = any(line.shipped for line in one.lines)
    some_billed = any(line.billed for line in one.lines)
    if not live:
        one.status = "H"
    elif is_shipped and is_billed:
        one.status = "G"
    elif is_shipped and goods:
        one.status = "F"
    elif some_shipped:
        one.status = "E" if some_billed else "D"
    else:
        one.status = "B"
