"""`PrintsInvoices`: the document of an order, of nobody else's, and nothing but a PDF."""

from typing import Any

import pytest

from integrations.errors import PortalError, Rejected
from integrations.ports.erp import PrintsInvoices, PushesOrders, TracksOrders
from integrations.records import ErpInvoice
from tests.contract.office import Office
from tests.contract.orders import Desk, able

MOST = 100_000


@pytest.fixture
def adapter(office: Office) -> Any:
    return able(office, PrintsInvoices, PushesOrders, TracksOrders)


def invoiced(office: Office, desk: Desk, adapter: Any, *, is_credited: bool = False) -> ErpInvoice:
    order = desk.confirmed(adapter)
    office.ship(order.ref)
    invoice = office.invoice(order.ref)
    if is_credited:
        office.credit(invoice)
    (stands,) = adapter.order_progress([order.ref])
    kind = "credit_note" if is_credited else "invoice"
    (found,) = [one for one in stands.invoices if one.kind == kind]
    return found  # type: ignore[no-any-return]


@pytest.mark.parametrize("is_credited", [False, True], ids=["invoice", "credit_note"])
def test_document_is_a_pdf_with_a_safe_name(
    office: Office, desk: Desk, adapter: Any, is_credited: bool
) -> None:
    one = invoiced(office, desk, adapter, is_credited=is_credited)

    document = adapter.invoice_document(one.ref, number=one.number, most_bytes=MOST)

    assert document.media_type == "application/pdf"
    assert document.content.startswith(b"%PDF-")
    assert document.content.endswith(b"%%EOF\n")
    assert one.number.encode() in document.content
    assert document.name.endswith(".pdf")
    assert not set(document.name) & set("/\\: ")


def test_document_of_another_number_is_refused(office: Office, desk: Desk, adapter: Any) -> None:
    mine, other = (invoiced(office, desk, adapter) for _ in range(2))

    with pytest.raises(Rejected, match="no (posted )?invoice"):
        adapter.invoice_document(mine.ref, number=other.number, most_bytes=MOST)


def test_document_that_is_not_there_is_refused(adapter: Any) -> None:
    with pytest.raises(Rejected) as caught:
        adapter.invoice_document("999999", number="999999", most_bytes=MOST)

    assert caught.value.hint


def test_document_that_is_too_large_is_refused(office: Office, desk: Desk, adapter: Any) -> None:
    one = invoiced(office, desk, adapter)

    with pytest.raises(Rejected, match="larger"):
        adapter.invoice_document(one.ref, number=one.number, most_bytes=50)


@pytest.mark.parametrize("fault", ["fail", "maintenance", "truncate", "lose_answer"])
def test_trouble_on_the_way_is_never_a_document(
    office: Office, desk: Desk, adapter: Any, fault: str
) -> None:
    one = invoiced(office, desk, adapter)
    for hit in range(3):
        if hit:
            office.standin.dials.set("skew", seconds=0, times=hit)
        office.standin.dials.set(fault, times=1)
        try:
            found = office.adapter().invoice_document(one.ref, number=one.number, most_bytes=MOST)
        except PortalError:
            pass
        else:
            assert found.content.endswith(b"%%EOF\n")
        office.standin.dials.clear()
