""" "Test connection": address and credentials, then each section of the mapping, by reading."""

import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.rows import Row
from integrations.adapters.expiry import expiry_check
from integrations.adapters.probing import Probe, no_rounding_product, tried
from integrations.adapters.setting_values import day_setting
from integrations.errors import PortalError
from integrations.records import Check, TestReport, Window

_PULLS = {
    "products": "product_page",
    "prices": "price_page",
    "stock": "stock_page",
    "customers": "customer_page",
}


class Health(CustomPart):
    """Implements `TestsConnection`. Reads only."""

    def test(self) -> TestReport:
        """Stops after the first check when that fails: the rest would only repeat it."""
        self._version = ""
        checks = [tried(Probe("signed_in", self._signed_in), title="The ERP")]
        if checks[0].ok:
            checks += [tried(Probe(*one), title="The ERP") for one in self._probes()]
        return TestReport(version=self._version or self.mapping.title, checks=tuple(checks))

    def _probes(self) -> Iterator[tuple[str, Callable[[], Check]]]:
        yield "clock", self._clock
        for name, method in _PULLS.items():
            if name in self.mapping.sections:
                yield name, partial(self._pull, name, method)
        if self.mapping["pricing"] is not None:
            yield "terms", self._terms
        if self.mapping["orders"] is not None:
            yield "find_order", self._find_order
            yield "rounding_product", self._rounding_product
        if self.mapping["progress"] is not None:
            yield "progress", self._progress
        yield "credentials", self._credentials

    # -- the probes

    def _signed_in(self) -> Check:
        test = self.mapping["test"]
        reply = self.client.call(test["call"], {}, writes=False)
        told = ""
        if test["fields"] is not None:
            row: Row = self.row(reply.json(), test["fields"])
            self._version = row.text("version")
            told = ", ".join(filter(None, (row.text("company"), row.text("user"))))
        return Check(name="signed_in", ok=True, detail=told and f"Signed in: {told}.")

    def _clock(self) -> Check:
        reply = self.client.call(self.mapping["test"]["call"], {}, writes=False)
        return compare_clocks(reply.headers.get("date", ""), now=datetime.now(UTC), title="The ERP")

    def _pull(self, name: str, method: str) -> Check:
        """Two pages are read, so that paging is tried as well."""
        window = Window(start=None, end=datetime.now(UTC))
        page = getattr(self, method)(window, None)
        rows, first = len(page.rows), page.next_cursor
        if first is not None:
            rows += len(getattr(self, method)(window, first).rows)
        return Check(
            name=name,
            ok=True,
            detail=f"{rows} rows could be read{' (two pages)' if first else ''}.",
            hint="" if rows else "There are none; check 'rows' and the conditions in the mapping.",
        )

    def _terms(self) -> Check:
        terms = self.payment_terms()  # type: ignore[attr-defined]
        return Check(name="terms", ok=True, detail=f"{len(terms)} terms of payment.")

    def _find_order(self) -> Check:
        """A reference that nobody has must find nothing, or the ERP ignores the condition."""
        never = f"portal-test-{secrets.token_hex(6)}"
        find = self.mapping["orders"]["find"]
        try:
            found = self.client.page(find, {"our_ref": never}, None).rows
        except PortalError as exc:
            if type(exc).__name__ != "NotThere":
                raise
            found = []
        return Check(
            name="find_order",
            ok=not found,
            detail="An unknown reference finds nothing." if not found else
            f"A reference that no order has finds {len(found)} orders.",
            hint="" if not found else f"The ERP ignores the condition: see line {find.line} of "
            f"the mapping.",
        )  # fmt: skip

    def _rounding_product(self) -> Check:
        ref = self.product_ref_for("rounding")
        if not ref:
            return no_rounding_product("a product without tax and without stock")
        return Check(name="rounding_product", ok=True, detail=ref)

    def _credentials(self) -> Check:
        return expiry_check(
            "credentials",
            day_setting(self.settings, "credentials_expire_on"),
            today=datetime.now(UTC).date(),
            unknown="The ERP does not tell whether they end: enter 'credentials_expire_on' if "
            "they do.",
            renew="Have a new key or secret made in the ERP, and enter it here.",
        )

    def _progress(self) -> Check:
        now = datetime.now(UTC)
        window = Window(start=now - timedelta(days=1), end=now)
        page = self.changed_orders(window, None)  # type: ignore[attr-defined]
        refs = page.rows[:3]
        found = list(self.order_progress(refs))  # type: ignore[attr-defined]
        return Check(
            name="progress",
            ok=True,
            detail=f"{len(page.rows)} orders changed since yesterday; {len(found)} were read.",
        )
