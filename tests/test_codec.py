"""Records survive being remembered as JSON."""

import json
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from cattrs.errors import ClassValidationError

from integrations.records import LineProgress, OrderProgress, PaymentNotice
from integrations.records.codec import from_json, to_json

PROGRESS = OrderProgress(
    ref="7",
    number="S00007",
    our_ref="order_1",
    state="partly_shipped",
    currency="EUR",
    gross_total=Decimal("64.2300000000"),
    changed_at=datetime(2026, 3, 2, 12, 0, 5, 120, UTC),
    lines=(
        LineProgress(
            our_ref="ordli_1",
            ref="1",
            description="Part",
            ordered=Decimal(3),
            shipped=Decimal("1.5"),
            invoiced=Decimal(0),
            expected_on=date(2026, 3, 9),
        ),
    ),
)


def test_a_record_comes_back_exactly_as_it_was() -> None:
    remembered = json.loads(json.dumps(to_json(PROGRESS)))

    assert from_json(OrderProgress, remembered) == PROGRESS
    assert remembered["gross_total"] == "64.2300000000"


def test_a_field_that_no_longer_exists_is_refused_and_not_dropped() -> None:
    with pytest.raises(ClassValidationError):
        from_json(OrderProgress, {**to_json(PROGRESS), "colour": "red"})


def test_a_missing_field_is_refused() -> None:
    remembered = to_json(PROGRESS)
    del remembered["currency"]

    with pytest.raises(ClassValidationError):
        from_json(OrderProgress, remembered)


def test_a_record_with_nothing_optional_survives_too() -> None:
    notice = PaymentNotice(
        our_ref="pay_1",
        amount=Decimal("-5.00"),
        currency="JPY",
        provider="pp",
        captured_at=datetime(2026, 3, 2, tzinfo=UTC),
    )

    assert from_json(PaymentNotice, json.loads(json.dumps(to_json(notice)))) == notice
