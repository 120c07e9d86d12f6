"""What a cancelled order's payments came to: told to the unit, and loudly where money stayed."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.flows.orders.refusals import given_back
from integrations.records import StorefrontPayment

HUNDRED = StorefrontPayment(
    payment_id="pay_1",
    provider="pp_system_default",
    amount=Decimal("100"),
    captured_amount=Decimal(0),
    refunded_amount=Decimal(0),
    captured_at=None,
    is_canceled=False,
)
RELEASED = replace(HUNDRED, is_canceled=True)
REFUNDED = replace(HUNDRED, captured_amount=Decimal("100"), refunded_amount=Decimal("100"))
KEPT = replace(HUNDRED, captured_amount=Decimal("100"), refunded_amount=Decimal("40"))
CRUMBS = replace(REFUNDED, captured_amount=Decimal("100.0000000001"))


@pytest.mark.parametrize(
    ("payments", "sentence", "is_complete"),
    [
        ([], "no money was authorised or captured", True),
        ([RELEASED], "100.00 EUR authorised was released", True),
        ([REFUNDED], "100.00 EUR captured was refunded", True),
        ([CRUMBS], "100.00 EUR captured was refunded", True),
        (
            [RELEASED, REFUNDED],
            "100.00 EUR authorised was released; 100.00 EUR captured was refunded",
            True,
        ),
        (
            [KEPT],
            "40.00 EUR captured was refunded; 60.00 EUR captured was NOT refunded",
            False,
        ),
        ([HUNDRED], "100.00 EUR authorised was NOT released", False),
    ],
)
def test_sentence_about_the_money(
    payments: list[StorefrontPayment], sentence: str, is_complete: bool
) -> None:
    money = given_back("EUR", payments)

    assert (money.sentence, money.is_complete) == (sentence, is_complete)
