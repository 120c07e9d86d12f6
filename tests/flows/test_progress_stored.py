"""What the ERP reports of an order, as we keep it."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.flows.order_status.apply import apply_progress
from integrations.records import ErpShipment, OrderProgress
from tests.factories import OrderFactory

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def shipment(ref: str, tracking_url: str) -> ErpShipment:
    return ErpShipment(
        ref=ref,
        number=f"OUT/{ref}",
        shipped_at=NOON,
        carrier="Post",
        tracking_number=f"T-{ref}",
        tracking_url=tracking_url,
        lines=(),
    )


def test_only_an_address_of_the_web_is_kept_for_tracking() -> None:
    order = OrderFactory(confirmed=True)
    progress = OrderProgress(
        ref="7",
        number="S00007",
        our_ref=order.storefront_ref,
        state="partly_shipped",
        currency="EUR",
        gross_total=Decimal("119.00"),
        changed_at=NOON,
        shipments=(shipment("1", "https://carrier.example/T-1"), shipment("2", "javascript:x()")),
    )

    stored = apply_progress(order, progress, actor="test", job_id=1)

    assert [one.tracking_url for one in stored] == ["https://carrier.example/T-1", ""]
