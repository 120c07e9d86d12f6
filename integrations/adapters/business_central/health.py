""" "Test connection": what the flows need, tried one by one, told in sentences."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial

from moneyed import CurrencyDoesNotExist, get_currency

from integrations.adapters.business_central.described import EXTENSION, Described
from integrations.adapters.business_central.refs import goods_of
from integrations.adapters.business_central.rounding import Rounding
from integrations.adapters.business_central.wire import (
    Row,
    amount_of,
    any_of,
    day_of,
    id_of,
    text_of,
)
from integrations.adapters.clocks import compare_clocks
from integrations.adapters.expiry import expiry_check
from integrations.adapters.probing import Probe, no_rounding_product, tried
from integrations.records import Check, TestReport

_READ = (
    "salesOrders",
    "salesInvoices",
    "salesShipments",
    "salesCreditMemos",
    "items",
    "customers",
    "paymentTerms",
)
_WITHOUT_PAGE = {
    "orders": "Orders are not released by the portal, deleted ones are not told apart, and "
    "doubles are shown instead of removed.",
    "prices": "Only list prices are read, and quotes are not priced by Business Central.",
    "stock": "Stock is one number for the whole company, reservations not taken off.",
    "customers": "Price groups, tax status and open orders of customers are not read.",
    "shipments": "Tracking numbers and returns are not read.",
}


class Health(Rounding, Described):
    """Implements `TestsConnection`. Reads only."""

    def test(self) -> TestReport:
        """Stops early where going on would only repeat the same failure."""
        checks: list[Check] = []
        for probe in (Probe("signed_in", self._signed_in), Probe("company", self._company)):
            checks.append(tried(probe, title="Business Central"))
            if not checks[-1].ok:
                return TestReport(version="", checks=tuple(checks))
        checks += [tried(probe, title="Business Central") for probe in self._probes()]
        checks.append(self._secret())
        return TestReport(version="API v2.0", checks=tuple(checks))

    # -- the way there

    def _signed_in(self) -> Check:
        self._companies()
        return Check(
            name="signed_in", ok=True, detail=f"Environment {self.settings.environment} answers."
        )

    def _company(self) -> Check:
        names = self._companies()
        name = names.get(self.settings.company_id)
        listed = "; ".join(f"{name}: {one}" for one, name in sorted(names.items()))
        return Check(
            name="company",
            ok=name is not None,
            detail=name or f"There is no company {self.settings.company_id}. {listed}",
            hint="" if name else "Enter one of these ids as 'company_id'.",
        )

    def _secret(self) -> Check:
        return expiry_check(
            "client_secret",
            self.settings.client_secret_expires_on,
            today=datetime.now(UTC).date(),
            unknown="Enter 'client_secret_expires_on', as Entra shows it.",
            renew="Make a new client secret in Entra and enter it here.",
        )

    def _companies(self) -> dict[str, str]:
        rows = self.client.rows(f"{self.client.environment}/v2.0/companies", {})
        return {id_of(row["id"]): text_of(row["displayName"] or row["name"]) for row in rows}

    # -- what the app may do, and what is set up

    def _probes(self) -> Iterable[Probe]:
        for name in _READ:
            yield Probe(f"may_read:{name}", partial(self._may_read, name))
        yield Probe("clock", self._clock)
        yield Probe("fields", self._fields)
        yield Probe("currencies", self._currencies)
        yield Probe("posting_period", self._posting_period)
        for kind in ("rounding", "shipping", "free_text"):
            if kind == "rounding" or self.settings.product_ref_for(kind):
                yield Probe(f"{kind}_line", partial(self._stands_in, kind))
        for page in EXTENSION:
            yield Probe(f"extension:{page}", partial(self._page, page))
        if self.settings.payment_journal_id:
            yield Probe("payment_journal", self._payment_journal)

    def _may_read(self, name: str) -> Check:
        self.client.get(self.client.company(name), {"$top": "1", "$select": "id"})
        return Check(name=f"may_read:{name}", ok=True)

    def _clock(self) -> Check:
        told = self.client.told_time(self.client.company("generalLedgerSetup"))
        return compare_clocks(told, now=datetime.now(UTC), title="Business Central")

    def _fields(self) -> Check:
        missing = [f"{one.entity}.{one.name}" for one in self.used_fields() if not one.type]
        return Check(
            name="fields",
            ok=not missing,
            detail=f"Missing: {', '.join(missing)}." if missing else "",
            hint="Update Business Central, or the companion extension." if missing else "",
        )

    def _currencies(self) -> Check:
        """Whether amounts are rounded there to the coins that the currency has."""
        rows = list(self.client.rows(self.client.company("currencies"), {}))
        odd = [text_of(row["code"]) for row in rows if not _rounds_to_coins(row)]
        return Check(
            name="currencies",
            ok=not odd,
            detail=f"Rounded otherwise than to their coins: {', '.join(odd)}." if odd else "",
            hint="Set the rounding precisions on the currency cards; orders in these currencies "
            "would be held."
            if odd
            else "",
        )

    def _posting_period(self) -> Check:
        setup = self.ledger_setup()
        return period_check(
            day_of(setup["allowPostingFrom"]),
            day_of(setup["allowPostingTo"]),
            today=datetime.now(UTC).date(),
        )

    def _stands_in(self, kind: str) -> Check:
        name, ref = f"{kind}_line", self.settings.product_ref_for(kind)
        if not ref:
            return no_rounding_product("an item or account without VAT")
        goods = goods_of(ref)
        entity, number = (
            ("accounts", goods.account) if goods.account else ("items", goods.item_number)
        )
        condition = f"id eq {goods.item_id}" if goods.item_id else any_of("number", [number])
        query = {"$select": "number,displayName,blocked", "$filter": condition}
        found = list(self.client.rows(self.client.company(entity), query))
        is_usable = bool(found) and not found[0]["blocked"]
        return Check(
            name=name,
            ok=is_usable,
            detail=text_of(found[0]["displayName"]) if found else f"There is no {ref!r}.",
            hint="" if is_usable else f"Correct '{kind}_product_ref', or take its block off.",
        )

    def _page(self, page: str) -> Check:
        name = f"extension:{page}"
        if not self.settings.has_page(page):
            return Check(
                name=name,
                ok=True,
                detail=f"Degraded: {_WITHOUT_PAGE[page]}",
                hint="Install this page of the companion extension to have it.",
            )
        for entity, _, _ in EXTENSION[page]:
            self.client.page(self.client.extension(f"{entity}s"), {"$top": "1"}, None)
        return Check(name=name, ok=True, detail=self.settings.extension_api)

    def _payment_journal(self) -> Check:
        journal = self.settings.payment_journal_id
        path = self.client.company(f"customerPaymentJournals({journal})")
        found = self.client.get_or_none(path)
        return Check(
            name="payment_journal",
            ok=found is not None,
            detail=text_of(found["displayName"]) if found else "There is no such journal.",
            hint="" if found else "Correct 'payment_journal_id', or empty it.",
        )


def _rounds_to_coins(row: Row) -> bool:
    try:
        coins = int(get_currency(text_of(row["code"])).sub_unit)  # 100 cents, 1 yen
    except CurrencyDoesNotExist:  # a code of their own, which no storefront sells in
        return True
    return amount_of(row["amountRoundingPrecision"]) * coins == 1


def period_check(begins: date | None, ends: date | None, *, today: date) -> Check:
    """Whether accounting may post today. Pure."""
    is_open = (begins is None or begins <= today) and (ends is None or today <= ends)
    span = f"{begins or 'ever'} to {ends or 'further notice'}"
    return Check(
        name="posting_period",
        ok=is_open,
        detail=f"Posting is allowed from {span}.",
        hint=""
        if is_open
        else "Accounting opens the period in General Ledger Setup; until then "
        "nothing can be shipped or invoiced.",
    )


_USUAL_HINT = "Try again; look at the last exchange of this connection if it stays so."
