"""An invoice that was paid elsewhere is shown as paid on the order, once."""

from decimal import Decimal

import pytest

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import OutcomeUnknown, Rejected
from integrations.ports import CollectsPayments
from integrations.records import PaymentCollection, QuotedOrder
from tests.adapters.medusa.quoting import convert_seen, quoted_line, quoted_order

TOTAL = Decimal("301.907165")


@pytest.fixture
def order_id(standin: MedusaStandIn, adapter: MedusaAdapter) -> str:
    """An order that was placed without a payment."""
    bolt = standin.catalogue.variant_id_of("BOLT")
    quoted: QuotedOrder = quoted_order(
        "quote:Q-1",
        standin.shop,
        quoted_line("1", "3", "61.2345", variant_id=bolt),
        quoted_line("2", "1.5", "30", title="Engraving"),
    )
    adapter.draft_quoted(quoted)
    return convert_seen(adapter, "quote:Q-1").order_id


def test_the_adapter_collects_payments(adapter: MedusaAdapter) -> None:
    assert isinstance(adapter, CollectsPayments)


def test_an_order_made_of_a_draft_waits_for_no_payment(
    adapter: MedusaAdapter, order_id: str
) -> None:
    assert adapter.payment_collections(order_id) == []
    assert adapter.get_order(order_id).open_amount == TOTAL


def test_collection_is_open_until_it_is_marked_as_paid(
    adapter: MedusaAdapter, order_id: str
) -> None:
    opened = adapter.open_collection(order_id, TOTAL)
    assert adapter.payment_collections(order_id) == [opened]
    assert (opened.amount, opened.is_open, opened.is_paid) == (TOTAL, True, False)

    adapter.mark_collected(order_id, opened.collection_id)

    [paid] = adapter.payment_collections(order_id)
    assert (paid.collection_id, paid.is_open, paid.is_paid) == (opened.collection_id, False, True)
    order = adapter.get_order(order_id)
    assert (order.paid_total, order.open_amount) == (TOTAL, 0)
    [payment] = order.payments
    assert (payment.collection_id, payment.captured_amount) == (opened.collection_id, TOTAL)


def test_paid_collection_is_left(
    standin: MedusaStandIn, adapter: MedusaAdapter, order_id: str
) -> None:
    opened = adapter.open_collection(order_id, Decimal(5))
    standin.dials.set("lose_answer", only="payment_collections.paid", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.mark_collected(order_id, opened.collection_id)
    adapter.mark_collected(order_id, opened.collection_id)

    assert [one.amount for one in adapter.get_order(order_id).payments] == [5]


def test_collection_that_was_called_off_is_refused(
    standin: MedusaStandIn, adapter: MedusaAdapter, order_id: str
) -> None:
    opened = adapter.open_collection(order_id, Decimal(5))
    standin.cancel(order_id)

    with pytest.raises(Rejected, match="not_paid"):
        adapter.mark_collected(order_id, opened.collection_id)

    [called_off] = adapter.payment_collections(order_id)
    assert called_off == PaymentCollection(
        collection_id=opened.collection_id, amount=Decimal(5), is_open=False, is_paid=False
    )


def test_checkout_leaves_a_collection_of_its_own(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    order_id = standin.place_order([("BOLT", 1)])

    [authorised] = adapter.payment_collections(order_id)

    assert (authorised.is_open, authorised.is_paid) == (False, False)
