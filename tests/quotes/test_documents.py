"""The PDF of a quote: what is on which page, the sums, and the same bytes every time."""

import hashlib
import subprocess
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pypdfium2
import pypdfium2.raw
import pytest

from quotes.documents import BadDocument, Buyer, Seller, Tax, render_pdf
from tests.quotes.paper import line, printed, quote

TABLE_HEAD = "No. Item Quantity Unit price"


def test_one_page_says_who_offers_what_to_whom_and_until_when():
    seller = Seller(name="Hansen Pumpen GmbH", address_lines=("Am Kanal 12",), tax_id="DE123")
    buyer = Buyer(account_name="Nordlicht Brauerei AG", contact="Mia Sørensen")

    paper = printed(quote(seller=seller, buyer=buyer, terms="Net 30", notes="First.\n\nSecond."))

    assert len(paper.pages) == 1
    for text in (
        "Hansen Pumpen GmbH",
        "Am Kanal 12",
        "Tax ID DE123",
        "Nordlicht Brauerei AG",
        "Mia Sørensen",
        "Quote Q-2026-00042, revision 2",
        "November 27, 2026",
        "December 31, 2026, 23:59",
        "(Europe/Berlin)",
        "PMP-0001",
        "Net 30",
        "Second.",
        "https://portal.example/quotes/42",
        "0123456789abcdef…",
        "Page 1 of 1",
    ):
        assert text in paper.text


def test_end_of_validity_is_told_by_the_sellers_clock():
    until = datetime(2026, 12, 31, 15, 30, tzinfo=UTC)

    paper = printed(quote(valid_until=until, time_zone="Asia/Tokyo"))

    assert "January 1, 2027, 00:30" in paper.text
    assert "(Asia/Tokyo)" in paper.text


def test_every_page_is_numbered_and_repeats_the_head_of_the_table():
    paper = printed(quote(*(line(n) for n in range(1, 81))))

    count = len(paper.pages)
    assert count >= 3
    assert all(f"Page {n} of {count}" in text for n, text in enumerate(paper.pages, 1))
    tabled = [text for text in paper.pages if "PMP-" in text]
    assert len(tabled) >= 3
    assert all(TABLE_HEAD in text for text in tabled)


def test_a_row_is_never_torn_from_its_price():
    rows = [
        line(n, description="Some words. " * 30, net_unit_price=Decimal(1000 + n))
        for n in range(1, 41)
    ]

    paper = printed(quote(*rows))

    for n in range(1, 41):
        (page,) = [text for text in paper.pages if f"PMP-{n:04}" in text]
        assert f"1,{n:03}.00" in page


def test_a_row_taller_than_a_page_goes_on_overleaf():
    choices = tuple((f"C{n}", "y") for n in range(90))

    paper = printed(quote(line(configuration=choices)))

    assert [n for n in range(90) if f"C{n}: y" not in paper.text] == []


def test_three_hundred_lines_stay_fast():
    document = quote(*(line(n, description="Cast iron, 3 × 400 V") for n in range(1, 301)))

    begun = time.monotonic()
    paper = printed(document)

    assert time.monotonic() - begun < 15  # 0.3 s on an idle core
    assert all(f"PMP-{n:04}" in paper.text for n in range(1, 301))


def test_totals_are_printed_with_discount_freight_and_each_tax():
    document = quote(
        line(net_unit_price=Decimal("617.25")),
        header_discount=Decimal("34.50"),
        freight=Decimal("40.00"),
        net_total=Decimal("1240.00"),
        taxes=(
            Tax(name="VAT", rate_percent=Decimal(19), amount=Decimal("235.60")),
            Tax(name="Levy", rate_percent=Decimal("0.5"), amount=Decimal("6.20")),
        ),
        gross_total=Decimal("1481.80"),
    )

    text = printed(document).text

    for row in (
        "Items 1,234.50 EUR",
        "Discount -34.50 EUR",
        "Freight 40.00 EUR",
        "Net total 1,240.00 EUR",
        "VAT 19 % 235.60 EUR",
        "Levy 0.5 % 6.20 EUR",
        "Total 1,481.80 EUR",
    ):
        assert row in text


def test_optional_and_alternative_lines_are_marked_and_outside_the_total():
    rows = (line(1), line(2, is_optional=True), line(3, alternative_to=1))

    text = printed(quote(*rows)).text

    assert "Optional – not in the total\nPump 2" in text
    assert "Alternative to no. 1 – not in the total\nPump 3" in text
    assert "Net total 246.90 EUR" in text
    assert "Optional and alternative items are not in the total." in text


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", ["Quote for", "12,345.60", "Total 29,382.53 EUR", "Page 1 of 1"]),
        ("de", ["Angebot für", "12.345,60", "Gesamtbetrag 29.382,53 EUR", "Seite 1 von 1"]),
        ("fr", ["Devis pour", "12\u202f345,60", "Total TTC 29\u202f382,53 EUR", "Page 1 sur 1"]),
    ],
)
def test_the_document_speaks_the_buyers_language(language, shown):
    text = printed(quote(line(net_unit_price=Decimal("12345.60")), language=language)).text

    assert [words for words in shown if words not in text] == []


@pytest.mark.parametrize(
    ("currency", "price", "total", "shown"),
    [
        ("JPY", "4500", "9000", "4,500 9,000"),
        ("BHD", "1.235", "2.470", "1.235 2.470"),
        ("EUR", "0.0125", "0.03", "0.0125 0.03"),
    ],
)
def test_amounts_have_the_digits_of_their_currency(currency, price, total, shown):
    total = Decimal(total)
    row = replace(line(net_unit_price=Decimal(price)), net_total=total)

    text = printed(quote(row, currency=currency, taxes=(), gross_total=total)).text

    assert shown in text


def test_configuration_and_discount_of_a_line_are_printed():
    choices = (("Voltage", "400 V"), ("Seal", "EPDM"))

    text = printed(quote(line(configuration=choices, discount_percent=Decimal("12.5")))).text

    assert "Voltage: 400 V\nSeal: EPDM" in text
    assert "12.5 %" in text


def test_the_same_record_gives_the_same_bytes_in_every_process():
    program = (
        "import hashlib; from tests.quotes.paper import quote, render_pdf;"
        "print(hashlib.sha256(render_pdf(quote())).hexdigest())"
    )

    elsewhere = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    here = render_pdf(quote())
    assert render_pdf(quote()) == here
    assert elsewhere.stdout.strip() == hashlib.sha256(here).hexdigest()
    assert render_pdf(quote(revision=3)) != here


def test_a_process_forked_after_typesetting_prints_the_same_and_does_not_hang(tmp_path):
    here, there = render_pdf(quote()), tmp_path / "forked.pdf"
    program = f"""
import os, signal
from pathlib import Path
from tests.quotes.paper import quote, render_pdf
render_pdf(quote())
child = os.fork()
if child == 0:
    signal.alarm(40)
    Path({str(there)!r}).write_bytes(render_pdf(quote()))
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
"""

    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)

    assert there.read_bytes() == here


def test_the_file_is_titled_dated_tagged_and_a4():
    file = pypdfium2.PdfDocument(render_pdf(quote()))

    about = file.get_metadata_dict()
    assert about["Title"] == "Quote Q-2026-00042, revision 2"
    assert about["Author"] == "Hansen Pumpen GmbH"
    assert about["CreationDate"] == "D:20261127000000Z"
    assert pypdfium2.raw.FPDFCatalog_IsTagged(file.raw)
    assert [round(side) for side in file[0].get_size()] == [595, 842]


@pytest.mark.parametrize(
    ("facts", "complaint"),
    [
        ({"gross_total": Decimal("1.00")}, "its total says 1.00"),
        ({"net_total": Decimal("1.00")}, "its lines make 246.90 net"),
        ({"freight": Decimal("0.001")}, "more decimals than EUR has"),
        ({"currency": "EURO"}, "no ISO currency"),
        ({"language": "es"}, "no language 'es'"),
        ({"time_zone": "Berlin"}, "no IANA time zone"),
        ({"time_zone": "../etc/passwd"}, "no IANA time zone"),
        ({"valid_until": datetime(2026, 12, 31)}, "no time zone"),  # noqa: DTZ001
        ({"content_sha256": "abc"}, "not a SHA-256"),
        ({"portal_url": "javascript:alert(1)"}, "not an http(s) address"),
    ],
)
def test_a_contradiction_is_refused_and_named(facts, complaint):
    with pytest.raises(BadDocument) as refused:
        quote(**facts)

    assert complaint in refused.value.message
    assert refused.value.ids == {"quote": "Q-2026-00042"}


@pytest.mark.parametrize(
    ("rows", "complaint"),
    [
        ((line(1), line(1)), "two lines have the same number"),
        ((line(1), line(2, alternative_to=9)), "names a line that is not there"),
    ],
)
def test_lines_must_be_told_apart(rows, complaint):
    with pytest.raises(BadDocument, match=complaint):
        quote(*rows)
