""" "Test connection": address and credentials, then each section of the mapping, by reading."""

import logging
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.rows import Row
from integrations.errors import PortalError
from integrations.records import Check, TestReport, Window

logger = logging.getLogger(__name__)

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
        checks = [tried("signed_in", self._signed_in)]
        if checks[0].ok:
            checks += [tried(name, probe) for name, probe in self._probes()]
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
        return clock_check(reply.headers.get("date", ""), now=datetime.now(UTC))

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
        return Check(
            name="rounding_product",
            ok=True,
            detail=ref or "Not set.",
            hint=""
            if ref
            else "An order that comes out a cent apart waits for a person: enter "
            "'rounding_product_ref', a product without tax and without stock.",
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


def clock_check(told: str, *, now: datetime) -> Check:
    """Whether both clocks agree, by the Date header of an answer. Pure."""
    silent = "The ERP told no time to compare."
    hint = "Changes are read by time windows: let both servers use NTP."
    return compare_clocks(told, now=now, silent=silent, hint=hint)


def tried(name: str, probe: Callable[[], Check]) -> Check:
    """The check of a probe, also when it raises: one that fails hides no other."""
    try:
        return probe()
    except PortalError as exc:
        words = getattr(exc, "remote_words", "")
        detail = exc.message if not words or words in exc.message else f"{exc.message} {words}"
        return Check(name=name, ok=False, detail=detail, hint=exc.hint)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as exc:
        logger.exception("custom_check_failed check=%s", name)
        return Check(
            name=name,
            ok=False,
            detail=f"The ERP answered in a way the mapping does not know ({type(exc).__name__}).",
            hint="Look at the last exchange of this connection.",
        )
