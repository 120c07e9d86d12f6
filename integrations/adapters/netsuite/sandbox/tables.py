"""The account as rows of SuiteQL's tables; the columns that the stand-in knows."""

from collections.abc import Iterable
from decimal import Decimal

from integrations.adapters.netsuite.sandbox import amounts
from integrations.adapters.netsuite.sandbox.store import Line, Row, Store, Transaction

LISTS: dict[str, tuple[str, ...]] = {
    "currency": ("id", "name", "symbol", "currencyprecision", "isbasecurrency"),
    "location": ("id", "name", "isinactive"),
    "pricelevel": ("id", "name"),
    "term": ("id", "name", "daysuntilnetdue", "datedriven", "isinactive"),
    "item": (
        ("id", "itemid", "displayname", "description", "itemtype", "subtype", "isinactive")
        + ("parent", "matrixtype", "upccode", "weight", "weightunit", "saleunit", "stockunit")
        + ("class", "averagecost", "pricinggroup", "lastmodifieddate")
    ),
    "customer": (
        ("id", "entityid", "companyname", "email", "phone", "currency", "pricelevel", "category")
        + ("terms", "creditlimit", "balance", "creditholdoverride", "isinactive", "taxable")
        + ("defaulttaxreg", "lastmodifieddate")
    ),
    "customeraddressbook": (
        ("internalid", "entity", "addressbookaddress", "defaultbilling", "defaultshipping")
    ),
    "customeraddressbookentityaddress": (
        ("nkey", "addressee", "attention", "addr1", "addr2", "city", "state", "zip", "country")
        + ("addrphone",)
    ),
    "contact": ("id", "entityid", "email", "phone", "company", "isinactive"),
}
PRICING = ("item", "pricelevel", "currency", "quantity", "unitprice")
STOCK = ("item", "location", "quantityonhand", "quantitycommitted", "quantityavailable") + (
    "quantityonorder",
    "quantitybackordered",
    "lastquantityavailablechange",
)
TRANSACTION = (
    ("id", "type", "tranid", "externalid", "status", "entity", "currency", "foreigntotal")
    + ("foreignamountunpaid", "trandate", "duedate", "createddate", "lastmodifieddate")
    + ("actualshipdate", "shipcarrier")
)
LINE = ("transaction", "id", "item", "memo", "quantity", "quantityshiprecv", "quantitybilled") + (
    "quantitybackordered",
    "isclosed",
    "expectedshipdate",
    "mainline",
    "taxline",
    "iscogs",
)
LINK = ("previousdoc", "previousline", "previoustype", "nextdoc", "nextline", "nexttype")


def stock_rows(store: Store) -> Iterable[Row]:
    for (item, location), stock in sorted(store.stock.items()):
        yield {
            "item": item,
            "location": location,
            "quantityonhand": stock.on_hand,
            "quantitycommitted": stock.committed,
            "quantityavailable": stock.available,
            "quantityonorder": stock.on_order or None,
            "lastquantityavailablechange": stock.changed,
        }


def transaction_row(one: Transaction) -> Row:
    sign = -1 if one.type == "CustCred" else 1
    return {
        "id": one.id,
        "type": one.type,
        "tranid": one.tranid,
        "externalid": one.externalid or None,
        "status": one.status,
        "entity": one.entity,
        "currency": one.currency,
        "foreigntotal": one.total * sign,
        "foreignamountunpaid": one.unpaid if one.type in {"CustInvc", "CustCred"} else None,
        "trandate": one.trandate,
        "duedate": one.due or None,
        "createddate": one.created,
        "lastmodifieddate": one.modified,
        "actualshipdate": one.shipped or None,
        "shipcarrier": one.header.get("shipcarrier"),
    }


def line_rows(store: Store, one: Transaction) -> Iterable[Row]:
    """A header row, the lines, for fulfilments their cost lines, and a tax row."""
    flags = {"mainline": "F", "taxline": "F", "iscogs": "F", "isclosed": "F"}
    yield {"transaction": one.id, "id": 0, **flags, "mainline": "T"}
    # what leaves the house or is sold is negative
    sign = -1 if one.type in {"SalesOrd", "ItemShip", "CustInvc"} else 1
    for line in one.lines:
        yield {
            **flags,
            "transaction": one.id,
            "id": line.id,
            "item": line.item,
            "memo": line.description,
            "quantity": line.quantity * sign,
            "quantityshiprecv": line.shipped,
            "quantitybilled": line.billed,
            "quantitybackordered": _backordered(store, one, line),
            "isclosed": "T" if line.is_closed else "F",
            "expectedshipdate": line.custom.get("expected"),
            **line.custom,
        }
        if one.type == "ItemShip":
            cost = {"transaction": one.id, "id": line.id + 1000, "item": line.item}
            yield {**flags, **cost, "quantity": line.quantity, "iscogs": "T"}
    if one.tax:
        yield {**flags, "transaction": one.id, "id": 5000, "taxline": "T"}


def _backordered(store: Store, one: Transaction, line: Line) -> Decimal | None:
    return amounts.backordered(store, one, line) if one.type == "SalesOrd" else None


def link_rows(store: Store, one: Transaction) -> Iterable[Row]:
    for line in one.lines:
        if line.origin is not None:
            before, before_line = line.origin
            yield {
                "previousdoc": before,
                "previousline": before_line,
                "previoustype": store.transactions[before].type,
                "nextdoc": one.id,
                "nextline": line.id,
                "nexttype": one.type,
            }
