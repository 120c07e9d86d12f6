"""The fields that the adapter reads and sends, as the account describes them now.

Records are described by the metadata catalog, in one call. SuiteQL describes nothing: each
table is asked for all its columns at once, and names the first that it does not have.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import RECORDS
from integrations.adapters.netsuite.columns import unknown_columns
from integrations.errors import NeedsOperator, Rejected
from integrations.records import UsedField

_CATALOG_TYPE = "application/swagger+json"
_MOST_MISSING = 3  # of one table; more need no more calls to say that it does not fit

Named = Mapping[str, tuple[str, ...]]

_PUSH, _TRACK, _PAY = ("PushesOrders",), ("TracksOrders",), ("RecordsPayments",)
_ORDER: Named = {
    **dict.fromkeys(
        ("externalId", "entity", "currency", "tranDate", "orderStatus", "otherRefNum", "terms"),
        _PUSH,
    ),
    "memo": ("PushesOrders", "RecordsPayments"),
    **dict.fromkeys(("shippingAddress", "billingAddress", "location", "item"), _PUSH),
    **dict.fromkeys(("tranId", "status", "subtotal", "taxTotal", "total"), _PUSH),
}
_LINE: Named = dict.fromkeys(
    (
        "line",
        "item",
        "quantity",
        "price",
        "rate",
        "amount",
        "description",
        "isClosed",
        "quantityFulfilled",
        "quantityBilled",
    ),
    _PUSH,
)
_CUSTOMER: Named = dict.fromkeys(
    ("balance", "creditLimit", "creditHoldOverride", "terms", "currency", "parent"),
    ("ChecksCredit",),
)
_DEPOSIT: Named = dict.fromkeys(
    ("externalId", "customer", "salesOrder", "currency", "payment", "tranDate", "memo"), _PAY
)
_ITEMS = ("PullsProducts", "PullsPrices", "PullsStock", "QuotesPrices")
TABLES: Mapping[str, tuple[Sequence[str], tuple[str, ...]]] = {
    "transaction": (
        ("id", "type", "tranid", "externalid", "status", "currency", "foreigntotal")
        + ("foreignamountunpaid", "trandate", "duedate", "createddate", "lastmodifieddate"),
        _TRACK,
    ),
    "transactionline": (
        ("id", "transaction", "item", "memo", "quantity", "quantityshiprecv", "quantitybilled")
        + ("quantitybackordered", "isclosed", "expectedshipdate", "mainline", "taxline"),
        _TRACK,
    ),
    "PreviousTransactionLineLink": (
        ("previousdoc", "previousline", "nextdoc", "nextline", "nexttype"),
        _TRACK,
    ),
    "TrackingNumberMap": (("transaction", "trackingnumber"), _TRACK),
    "item": (
        ("id", "itemid", "displayname", "itemtype", "subtype", "isinactive", "matrixtype")
        + ("parent", "lastmodifieddate"),
        _ITEMS,
    ),
    "pricing": (
        ("item", "pricelevel", "currency", "quantity", "unitprice"),
        ("PullsProducts", "PullsPrices", "QuotesPrices"),
    ),
    "customeritempricing": (
        ("customer", "item", "level", "price"),
        ("PullsPrices", "QuotesPrices"),
    ),
    "aggregateItemLocation": (
        ("item", "location", "quantityonhand", "quantitycommitted", "quantityavailable")
        + ("quantityonorder", "lastquantityavailablechange"),
        ("PullsStock",),
    ),
    "customer": (
        ("id", "entityid", "companyname", "email", "currency", "pricelevel", "terms")
        + ("creditlimit", "balance", "creditholdoverride", "isinactive", "lastmodifieddate")
        + ("category", "taxable"),
        ("PullsCustomers", "QuotesPrices"),
    ),
    "currency": (
        ("id", "symbol", "currencyprecision", "isbasecurrency"),
        ("PushesOrders", "PullsPrices"),
    ),
    "term": (("id", "name", "daysuntilnetdue", "datedriven"), ("QuotesPrices",)),
}


class Fields(NetSuitePart):
    """Implements `DescribesFields`."""

    def used_fields(self) -> Sequence[UsedField]:
        """At most four calls per table and one for the records."""
        found = list(self.record_fields())
        for table, (columns, needed_by) in TABLES.items():
            more = (self.settings.line_field,) if table == "transactionline" else ()
            missing = set(self.missing_columns(table, (*columns, *more)))
            found += [
                UsedField(
                    entity=f"SuiteQL {table}",
                    name=name,
                    type="" if name in missing else "SuiteQL column",
                    needed_by=needed_by,
                )
                for name in (*columns, *more)
            ]
        return tuple(found)

    def record_fields(self) -> Sequence[UsedField]:
        """Those of sales orders, deposits and customers; one call."""
        schemas = self._schemas(("salesOrder", "customerDeposit", "customer"))
        line = {**_LINE, self.settings.line_field: ("PushesOrders", "TracksOrders")}
        if self.settings.tax_mode == "line_code":
            line["taxCode"] = _PUSH
        wanted: list[tuple[str, Named]] = [
            ("salesOrder", _ORDER),
            ("salesOrder-itemElement", line),
            ("customer", _CUSTOMER),
        ]
        if self.settings.payment_mode == "deposit":
            wanted.append(("customerDeposit", _DEPOSIT))
        return tuple(
            UsedField(
                entity=entity,
                name=name,
                type=_type_of(schemas.get(entity, {}).get(name)),
                needed_by=needed_by,
            )
            for entity, fields in wanted
            for name, needed_by in fields.items()
        )

    def missing_columns(self, table: str, columns: Sequence[str]) -> Sequence[str]:
        """Columns that the table does not have, or that the role may not see; all of them where
        the table itself is not there."""
        missing: list[str] = []
        while len(missing) < _MOST_MISSING:
            left = [name for name in columns if name not in missing]
            try:
                self.client.page(f"SELECT {', '.join(left)} FROM {table}", limit=1)
            except (Rejected, NeedsOperator) as exc:
                named = _named_in(exc, left)
                if not named:
                    return tuple(columns)
                missing.append(named)
            else:
                return missing
        return missing

    def _schemas(self, kinds: Sequence[str]) -> Mapping[str, Mapping[str, Any]]:
        reply = self.client.call(
            "GET",
            f"{RECORDS}/metadata-catalog",
            writes=False,
            query={"select": ",".join(kinds)},
            headers={"Accept": _CATALOG_TYPE},
        )
        schemas = reply.json().get("components", {}).get("schemas", {})
        return {name: schema.get("properties", {}) for name, schema in schemas.items()}


def _named_in(error: Rejected | NeedsOperator, columns: Sequence[str]) -> str:
    return next((name for name in unknown_columns(error) if name in columns), "")


def _type_of(schema: Any) -> str:
    """The catalog's word for a field, with what bounds it; empty where it is not there."""
    if not isinstance(schema, Mapping):
        return ""
    kind = str(schema.get("format") or schema.get("type") or "reference")
    bounds = [f"{name} {schema[name]}" for name in ("maxLength", "enum") if name in schema]
    return " ".join((kind, *bounds))
