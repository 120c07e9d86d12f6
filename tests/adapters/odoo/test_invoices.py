"""Invoices as Odoo prints them: through its own link, whose token nobody else ever sees."""

import json
import logging
import time

import pytest
import requests

from integrations.adapters.odoo.answers import explain_pdf
from integrations.adapters.odoo.invoices import path_of
from integrations.errors import NotSent, PortalError, Rejected, Unavailable
from integrations.http import Limits, Reply
from integrations.ports import PrintsInvoices
from tests.adapters.odoo import replay
from tests.adapters.odoo.lab import new_lab
from tests.adapters.odoo.office import API_KEY, Office

MOST = 100_000
PDF = {"content-type": "application/pdf"}


def invoiced(office: Office, *, is_posted: bool = True) -> tuple[str, str]:
    """(ref, number) of the invoice of an order of three bolts."""
    office.erp.add_order(office.customer, "ord-1", [(office.bolt, 3, "19.99")])
    office.erp.confirm("ord-1")
    invoice = office.erp.invoice("ord-1", is_posted=is_posted)
    return str(invoice), str(office.erp.store.get("account.move", invoice)["name"])


def token_of(office: Office, ref: str) -> str:
    return str(office.erp.store.get("account.move", int(ref))["access_token"])


def test_invoice_comes_as_a_pdf_with_a_safe_name(office: Office) -> None:
    ref, number = invoiced(office)

    adapter = office.adapter()
    document = adapter.invoice_document(ref, number=number, most_bytes=MOST)

    assert isinstance(adapter, PrintsInvoices)
    assert number.startswith("INV/")
    assert document.name == f"{number.replace('/', '-')}.pdf"
    assert document.media_type == "application/pdf"
    assert document.content.startswith(b"%PDF-")
    assert f"Invoice {number}".encode() in document.content
    assert b"(Total: 71.36 " in document.content
    assert document.content.endswith(b"%%EOF\n")


def test_credit_note_is_printed_too(office_19: Office) -> None:
    ref, _ = invoiced(office_19)
    note = office_19.erp.credit_note(int(ref), reason="RMA-1")
    number = office_19.erp.store.get("account.move", note)["name"]

    document = office_19.adapter().invoice_document(str(note), number=number, most_bytes=MOST)

    assert f"Credit note {number}".encode() in document.content


def test_printing_twice_uses_the_same_link(office_19: Office) -> None:
    ref, number = invoiced(office_19)
    office_19.adapter().invoice_document(ref, number=number, most_bytes=MOST)
    first = token_of(office_19, ref)
    office_19.adapter().invoice_document(ref, number=number, most_bytes=MOST)

    assert token_of(office_19, ref) == first


def test_token_is_kept_nowhere(office: Office, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="integrations")
    ref, number = invoiced(office)
    office.adapter().invoice_document(ref, number=number, most_bytes=MOST)
    token = token_of(office, ref)

    assert len(token) == 36
    kept = "".join(str(exchange) for exchange in office.recorder.exchanges)
    assert token not in kept
    assert "access_token=" in kept  # the link itself is kept, so that one sees what was asked
    assert token not in caplog.text


@pytest.mark.parametrize("fault", ["lose_answer", "stall", "fail", "maintenance"])
def test_failed_print_keeps_the_token_to_itself(office_19: Office, fault: str) -> None:
    ref, number = invoiced(office_19)
    office_19.erp.dials.set(fault, seconds=0.3, only="invoice-page")
    adapter = office_19.adapter(limits=Limits(read_s=0.2))

    with pytest.raises(Unavailable) as caught:
        adapter.invoice_document(ref, number=number, most_bytes=MOST)

    error: BaseException | None = caught.value
    assert error is not None
    assert error.__cause__ is None
    assert token_of(office_19, ref) not in f"{error} {vars(error)}"


def test_pdf_is_not_kept_with_the_exchange(office_19: Office) -> None:
    ref, number = invoiced(office_19)
    document = office_19.adapter().invoice_document(ref, number=number, most_bytes=MOST)

    last = office_19.recorder.exchanges[-1]
    assert last.response_body == f"({len(document.content)} bytes of application/pdf)"


def test_draft_is_not_handed_out(office: Office) -> None:
    ref, _ = invoiced(office, is_posted=False)

    with pytest.raises(Rejected, match="no posted invoice"):
        office.adapter().invoice_document(ref, number="INV/2026/00001", most_bytes=MOST)


def test_invoice_of_another_number_is_somebody_elses(office: Office) -> None:
    """A connection that was pointed to another database finds other invoices under its refs."""
    ref, _ = invoiced(office)

    with pytest.raises(Rejected, match="no posted invoice INV/1999/00001"):
        office.adapter().invoice_document(ref, number="INV/1999/00001", most_bytes=MOST)
    assert office.erp.worked("invoice-page") == []


@pytest.mark.parametrize("ref", ["", "0", "999999", "x", "１", "1,2"])
def test_ref_that_is_none_is_refused(office_19: Office, ref: str) -> None:
    invoiced(office_19)

    with pytest.raises(Rejected):
        office_19.adapter().invoice_document(ref, number="INV/2026/00001", most_bytes=MOST)


def test_document_that_is_too_large_is_cut_off(office_19: Office) -> None:
    ref, number = invoiced(office_19)

    with pytest.raises(Rejected, match="larger than 100 bytes"):
        office_19.adapter().invoice_document(ref, number=number, most_bytes=100)


def test_time_for_all_calls_together_is_kept(office_19: Office) -> None:
    ref, number = invoiced(office_19)
    adapter = office_19.adapter()
    adapter.client.session.ends_at = 0.0  # long ago, by the monotonic clock

    with pytest.raises(NotSent, match="used up"):
        adapter.invoice_document(ref, number=number, most_bytes=MOST)


def test_answer_that_drips_does_not_outlast_the_session(office_19: Office) -> None:
    ref, number = invoiced(office_19)
    office_19.erp.dials.set("stall", seconds=0.6, only="invoice-page")
    adapter = office_19.adapter()
    adapter.client.session.ends_at = time.monotonic() + 0.2

    began = time.monotonic()
    with pytest.raises(Unavailable):
        adapter.invoice_document(ref, number=number, most_bytes=MOST)
    assert time.monotonic() - began < 0.5


@pytest.mark.parametrize(
    "link",
    ["https://evil.example/my/invoices/1?access_token=t", "//evil.example/x", "my/x", "", False],
)
def test_link_to_another_server_is_not_followed(link: str | bool) -> None:
    with pytest.raises(Rejected, match="another server"):
        path_of(link)


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(200, PDF, "", b"%PDF-1.4 ..."), None),
        (Reply(200, {"content-type": "application/pdf; charset=binary"}, "", b"%PDF-1.7"), None),
        (Reply(200, PDF, "", b"<html>not really</html>"), Unavailable),
        (Reply(200, PDF, "", b""), Unavailable),
        (Reply(200, {"content-type": "text/html"}, "<h1>Log in</h1>"), Unavailable),
        (Reply(200, {"content-type": "image/png"}, "", b"\x89PNG"), Unavailable),
        (Reply(303, {"location": "/my"}, ""), Rejected),
        (Reply(404, {"content-type": "text/html"}, "<h1>Not Found</h1>"), Unavailable),
    ],
)
def test_what_came_for_a_document(reply: Reply, kind: type[PortalError] | None) -> None:
    found = explain_pdf(reply, False)

    assert (None if found is None else type(found)) is kind


def test_stand_in_answers_links_as_the_recorded_server() -> None:
    """Status is compared for every scenario; here are the headers that decide, and the file."""
    exchanges = replay.load("73-invoice-pdf")
    with new_lab() as lab:
        player = replay.Player(lab, exchanges)
        for number, exchange in enumerate(exchanges):
            player.play(number)
            if "answer_headers" not in exchange:
                continue
            path = player.path_of(exchange["path"])
            answer = requests.get(lab.url + path, allow_redirects=False, timeout=10)
            expected = exchange["answer_headers"]
            got = {name: answer.headers.get(name) for name in expected}
            assert json.dumps(got)[:60] == json.dumps(expected)[:60]
            assert answer.content.startswith(b"%PDF-1.4") is (exchange["status"] == 200)


def test_key_of_the_service_user_is_not_sent_with_the_link(office_19: Office) -> None:
    ref, number = invoiced(office_19)
    office_19.adapter().invoice_document(ref, number=number, most_bytes=MOST)

    headers = office_19.recorder.exchanges[-1].request_headers
    assert "Authorization" not in headers
    assert API_KEY not in str(headers)
