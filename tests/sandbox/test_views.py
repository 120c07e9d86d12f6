"""What counts as agreement between the systems."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.sandbox.views import OrderView, disagreements

ALIKE = OrderView(
    system="storefront",
    orders=1,
    erp_number="S00001",
    currency="EUR",
    gross_total=Decimal("214.17"),
    tracking=("JD1", "JD2"),
    invoices=("INV/2026/00001",),
    payment="paid",
    state="paid",
)
BOOKS = replace(ALIKE, system="ERP", state="sale")


def test_systems_that_say_the_same_agree() -> None:
    assert disagreements([ALIKE, BOOKS]) == []


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ({"orders": 2}, "ERP has 2 orders instead of one"),
        ({"gross_total": Decimal("214.18")}, "gross total differs"),
        ({"currency": "USD"}, "currency differs"),
        ({"erp_number": ""}, "erp number differs"),
        ({"tracking": ("JD1",)}, "ERP knows 1 tracking numbers instead of 2"),
        ({"tracking": ("JD1", "JD3")}, "tracking differs"),
        ({"invoices": ()}, "ERP has no invoice"),
        ({"payment": "partial"}, "ERP does not show it as paid"),
    ],
)
def test_each_difference_is_told(said: dict[str, object], problem: str) -> None:
    problems = disagreements([ALIKE, replace(BOOKS, **said)])

    assert any(problem in one for one in problems), problems


def test_two_systems_that_are_wrong_alike_do_not_pass() -> None:
    twice = [replace(one, orders=2) for one in (ALIKE, BOOKS)]

    assert len(disagreements(twice)) == 2
