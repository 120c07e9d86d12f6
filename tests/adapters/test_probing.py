"""What the tests of all ERPs share: single checks, clocks, keys that run out."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.clocks import compare_clocks
from integrations.adapters.expiry import expiry_check
from integrations.adapters.misreading import guarded
from integrations.adapters.probing import Probe, tried
from integrations.engine.report import report_of
from integrations.errors import Kind, Misread, NeedsOperator
from integrations.records import Check

TODAY = date(2026, 11, 23)


def test_answer_of_another_shape_fails_its_check_and_not_the_test() -> None:
    def read_nothing() -> Check:
        no_rows: list[str] = []
        return Check(name="company", ok=True, detail=no_rows[0])

    check = tried(Probe("company", read_nothing), title="Odoo")

    assert (check.name, check.ok) == ("company", False)
    assert "Odoo answered in a way" in check.detail
    assert "last exchange" in check.hint


@pytest.mark.parametrize(
    ("told", "is_ok", "words"),
    [
        ("Mon, 23 Nov 2026 12:01:00 GMT", True, "differ by 60 s"),
        ("Mon, 23 Nov 2026 12:01:00 -0000", True, "differ by 60 s"),
        ("Mon, 23 Nov 2026 12:05:00 GMT", False, "differ by 300 s"),
        ("", True, "told no time"),
        ("soon", True, "told no time"),
    ],
)
def test_clocks_are_compared_where_the_server_tells_its_time(
    told: str, is_ok: bool, words: str
) -> None:
    check = compare_clocks(told, now=datetime(2026, 11, 23, 12, tzinfo=UTC), title="Odoo")

    assert check.ok is is_ok
    assert words in check.detail


def _key(expires_on: date | None, **more: Any) -> Check:
    return expiry_check("key", expires_on, today=TODAY, unknown="?", renew="Renew it.", **more)


@pytest.mark.parametrize(
    ("days_left", "is_ok", "warns"), [(60, True, False), (14, True, True), (0, False, True)]
)
def test_key_is_announced_before_it_expires(days_left: int, is_ok: bool, warns: bool) -> None:
    check = _key(TODAY + timedelta(days=days_left))

    assert (check.ok, bool(check.hint)) == (is_ok, warns)


def test_key_that_takes_long_to_renew_is_announced_earlier() -> None:
    assert _key(TODAY + timedelta(days=20), warns_before=timedelta(days=30)).hint == "Renew it."


def test_unknown_expiry_is_no_failure() -> None:
    check = _key(None)

    assert check.ok
    assert check.hint == "?"


# ---------------------------------------------------------------- answers of another shape


class Shaky:
    """An adapter that meets an answer of another shape wherever it looks."""

    def find_order(self, our_ref: str) -> str:
        return {"number": "S1"}["name"]

    def rounding_profile(self) -> Decimal:
        return Decimal("abc")

    def order_progress(self, refs: list[str]) -> Iterator[str]:
        yield refs[0]
        yield refs[1]

    def credit_standing(self, customer_ref: str) -> None:
        raise NeedsOperator("No such customer.", reason="unknown_customer")


def test_port_raises_our_errors_alone() -> None:
    adapter = guarded(Shaky(), title="Shaky")

    with pytest.raises(Misread, match="no 'name'"):
        adapter.find_order("order_1")
    with pytest.raises(Misread, match="InvalidOperation"):
        adapter.rounding_profile()
    with pytest.raises(NeedsOperator):
        adapter.credit_standing("7")


def test_what_is_read_while_it_is_walked_over_is_guarded_too() -> None:
    rows = guarded(Shaky(), title="Shaky").order_progress(["S1"])

    assert next(rows) == "S1"
    with pytest.raises(Misread):
        next(rows)


def test_misread_answer_is_a_bug_with_its_traceback() -> None:
    with pytest.raises(Misread) as caught:
        guarded(Shaky(), title="Shaky").find_order("order_1")

    report = report_of(caught.value, job_id=1)

    assert report.kind == Kind.BUG
    assert "Shaky answered" in report.text
    assert report.hint
    assert "KeyError" in report.trace
