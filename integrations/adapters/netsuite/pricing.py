"""Prices by NetSuite's own rules, worked out from its price tables, and its payment terms.

NetSuite has no call that prices an order without saving it, so the rules are read and applied
here; the order that is pushed later names its prices, whatever the tables say then.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.adapters.netsuite.base import NetSuitePart
from integrations.adapters.netsuite.client import marks
from integrations.adapters.netsuite.columns import column_missing, is_no_table
from integrations.adapters.netsuite.mapping import customer_id
from integrations.adapters.netsuite.priced import Basis, answer
from integrations.adapters.netsuite.prices import LEVEL_COLUMNS
from integrations.adapters.netsuite.wire import SQL_TIME, is_true, number_of, text_of
from integrations.errors import NeedsOperator, Rejected
from integrations.records import PaymentTerm, PriceAnswer, PriceQuestion, PriceRefusal

Row = Mapping[str, Any]


class Pricing(NetSuitePart):
    """Implements `QuotesPrices`."""

    def quote_prices(self, question: PriceQuestion) -> Sequence[PriceAnswer | PriceRefusal]:
        """Seven calls, and one more per thousand price rows. The day asked about changes
        nothing: NetSuite's prices have no dates."""
        if not question.lines:
            return ()
        customer = self._priced_customer(question)
        refs = {ask.product_ref for ask in question.lines}
        items = sorted((ref for ref in refs if ref.isascii() and ref.isdigit()), key=int)
        basis = Basis(
            customer=customer,
            currency=question.currency,
            base_currency=self.base_currency,
            base_level=self.settings.base_price_level,
            items={text_of(row["id"]): row for row in self._about(_ITEMS, items)},
            steps=self._steps(items, question.currency),
            agreed={text_of(row["item"]): row for row in self._agreements(question.customer_ref)},
            group_levels=self._group_levels(question.customer_ref),
            costs=self._costs(items),
            priced_at=datetime.now(UTC),
        )
        return tuple(answer(ask, basis) for ask in question.lines)

    def payment_terms(self) -> Sequence[PaymentTerm]:
        rows = self.client.rows(
            "SELECT id, name, daysuntilnetdue, datedriven FROM term WHERE isinactive = 'F' "
            "ORDER BY id"
        )
        return tuple(to_term(row) for row in rows)

    def _priced_customer(self, question: PriceQuestion) -> Row:
        ref = customer_id(question.customer_ref)
        known = {one.code for one in self.currencies.values()}
        if question.currency not in known:
            raise NeedsOperator(
                f"The account has no currency {question.currency}, so it has no prices in it.",
                reason="no_pricelist",
                cause=f"no_pricelist:{question.currency}",
                hint="Add the currency and its prices in NetSuite.",
            )
        found = self.client.page(_CUSTOMER, [ref])
        if not found:
            raise unknown_customer(ref)
        return {**found[0], "currencycode": self.code_of(text_of(found[0].get("currency")))}

    def _about(self, sql: str, items: Sequence[str]) -> Iterable[Row]:
        return self.client.rows(sql.format(marks(items)), items) if items else ()

    def _agreements(self, customer: str) -> Iterable[Row]:
        return self.client.rows(
            "SELECT a.item, a.level, a.price FROM customeritempricing a WHERE a.customer = ? "
            "ORDER BY a.item",
            [customer],
        )

    def _group_levels(self, customer: str) -> Mapping[str, str]:
        """None where the account has no pricing groups. Raises NeedsOperator where it has them
        and hides from the role which items are in one: the prices would be wrong."""
        try:
            rows = list(self.client.rows(_GROUPS, [customer]))
        except (Rejected, NeedsOperator) as exc:
            if not is_no_table(exc, "customergrouppricing"):
                raise
            return {}
        if rows and self.client.lacks("pricinggroup"):
            raise column_missing("pricinggroup", "customers have prices by pricing group")
        return {text_of(row["group"]): text_of(row["level"]) for row in rows}

    def _steps(
        self, items: Sequence[str], currency: str
    ) -> Mapping[tuple[str, str], Sequence[Row]]:
        found: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        wanted = self.currency(currency).ref
        for row in self._about(_STEPS, items):
            if text_of(row.get("currency")) == wanted:
                found[text_of(row["item"]), text_of(row["pricelevel"])].append(row)
        return found

    def _costs(self, items: Sequence[str]) -> Mapping[str, Decimal]:
        """Empty where the role may not see costs."""
        try:
            rows = list(self._about(_COSTS, items))
        except (Rejected, NeedsOperator):
            return {}
        costs = {text_of(row["id"]): number_of(row.get("averagecost")) for row in rows}
        return {item: cost for item, cost in costs.items() if cost > 0}


_CUSTOMER = "SELECT c.id, c.companyname, c.pricelevel, c.currency FROM customer c WHERE c.id = ?"
_ITEMS = (
    "SELECT i.id, i.itemid, i.isinactive, i.matrixtype, i.subtype, i.pricinggroup, "
    f"BUILTIN.DF(i.saleunit) AS unitname, TO_CHAR(i.lastmodifieddate, {SQL_TIME}) AS modified "
    "FROM item i WHERE i.id IN ({}) ORDER BY i.id"
)
_STEPS = (
    f"SELECT {LEVEL_COLUMNS} FROM pricing p JOIN item i ON i.id = p.item "
    "WHERE p.item IN ({}) ORDER BY p.item, p.pricelevel, p.currency, p.quantity"
)
_COSTS = "SELECT i.id, i.averagecost FROM item i WHERE i.id IN ({}) ORDER BY i.id"
# its column "group" is a word of the language, so it cannot be named
_GROUPS = "SELECT g.* FROM customergrouppricing g WHERE g.customer = ?"


def to_term(row: Row) -> PaymentTerm:
    """A term that is driven by a day of the month is told by its name alone."""
    days = text_of(row.get("daysuntilnetdue"))
    counts = bool(days) and not is_true(row.get("datedriven"))
    return PaymentTerm(
        ref=text_of(row["id"]), name=text_of(row.get("name")), days=int(days) if counts else None
    )


def unknown_customer(customer_ref: str) -> NeedsOperator:
    return NeedsOperator(
        f"There is no customer {customer_ref} in NetSuite, or the role of the portal may not see "
        "it.",
        reason="unknown_customer",
        cause=f"unknown_customer:{customer_ref}",
        hint="Link the customer to one that exists, in a subsidiary that the role may see.",
        ids={"customer": customer_ref},
    )
