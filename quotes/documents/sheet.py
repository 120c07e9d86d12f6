"""From the record to what stands on the paper: every text finished, nothing but JSON.

quote.typ lays it out and decides nothing about words or figures.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from quotes.documents import logo, written
from quotes.documents.record import QuoteDocument, QuoteDocumentLine
from quotes.documents.text import Line, clean_line, paper_line, paper_lines
from quotes.documents.words import WORDS, Words

Sheet = dict[str, Any]

HASH_SHOWN = 16  # hexadecimal digits of the content hash in the footer
WHOLE_ROW_LINES = 30  # a row that could be taller, about half a page, may break
LINE_CHARS = 20  # that fit one line of the column of items, at the widest
SHORT_NAME_CHARS = 60  # of the seller, above the following pages
MM_PER_DIGIT = 1.75  # of a figure at the size of the table


def sheet_of(document: QuoteDocument) -> Sheet:
    """Everything that quote.typ prints."""
    words = WORDS[document.language]
    title = words.title.format(number=document.number, revision=document.revision)
    return {
        "language": document.language,
        "metadata": {"title": clean_line(title), "author": clean_line(document.seller.name)},
        "title": paper_line(title),
        "words": _words(document, words),
        "seller": _seller(document, words),
        "logo": logo.picture_of(document.seller.logo),
        "buyer": _buyer(document),
        "facts": _facts(document, words),
        "lines": [_line(document, line, words) for line in document.lines],
        "money-width": _money_width(document),
        "totals": list(_totals(document, words)),
        "excluded": "" if all(line.is_counted for line in document.lines) else words.excluded,
        "sections": list(_sections(document, words)),
        "fingerprint": words.fingerprint.format(start=document.content_sha256[:HASH_SHOWN]),
        "portal": {"url": document.portal_url, "shown": paper_line(document.portal_url)},
    }


def _words(document: QuoteDocument, words: Words) -> Sheet:
    columns = [column.format(currency=document.currency) for column in words.columns]
    return asdict(words) | {"columns": columns}


def _seller(document: QuoteDocument, words: Words) -> Sheet:
    seller = document.seller
    tax_id = words.tax_id.format(tax_id=seller.tax_id) if seller.tax_id else ""
    name = clean_line(seller.name)
    short = name if len(name) <= SHORT_NAME_CHARS else f"{name[:SHORT_NAME_CHARS]}…"
    return {
        "name": paper_line(name),
        "short-name": paper_line(short),
        "lines": _filled(*seller.address_lines, seller.contact, tax_id),
    }


def _buyer(document: QuoteDocument) -> Sheet:
    buyer = document.buyer
    return {
        "name": paper_line(buyer.account_name),
        "lines": _filled(buyer.contact, *buyer.address_lines),
    }


def _facts(document: QuoteDocument, words: Words) -> list[tuple[str, list[Line]]]:
    language, zone = document.language, document.time_zone
    return [
        (words.number, paper_lines(document.number)),
        (words.revision, paper_lines(str(document.revision))),
        (words.issued_on, paper_lines(written.day(document.issued_on, language))),
        (words.valid_until, paper_lines(written.instant(document.valid_until, zone, language))),
    ]


def _line(document: QuoteDocument, line: QuoteDocumentLine, words: Words) -> Sheet:
    language, currency = document.language, document.currency
    discount = line.discount_percent
    quantity = f"{written.quantity(line.quantity, language)} {line.unit}"
    texts = _texts(line)
    return texts | {
        "tiers": [paper_line(text) for text in _tiers(document, line, words)],
        "n": str(line.n),
        "mark": _mark(line, words),
        "counts": line.is_counted,
        "quantity": paper_line(quantity),
        "unit-price": written.unit_price(line.net_unit_price, currency, language),
        "discount": written.percent(discount, language) if discount else "",
        "net-total": written.amount(line.net_total, currency, language),
        "breakable": _most_lines(line) > WHOLE_ROW_LINES,
    }


def _texts(line: QuoteDocumentLine) -> Sheet:
    return {
        "title": paper_line(line.title),
        "sku": paper_line(line.sku),
        "description": paper_lines(line.description),
        "configuration": [(paper_line(k), paper_line(v)) for k, v in line.configuration],
    }


def _tiers(document: QuoteDocument, line: QuoteDocumentLine, words: Words) -> Iterator[str]:
    """What larger quantities would cost, one after the other."""
    language = document.language
    discount = written.percent(line.discount_percent, language)
    for quantity, price in line.tiers:
        shown = words.tier.format(
            quantity=f"{written.quantity(quantity, language)} {line.unit}".rstrip(),
            price=written.unit_price(price, document.currency, language),
        )
        yield f"{shown}, {words.less.format(discount=discount)}" if line.discount_percent else shown


def _most_lines(line: QuoteDocumentLine) -> int:
    texts = [line.title, line.sku, *line.description.splitlines()]
    texts += [name + choice for name, choice in line.configuration]
    texts += ["·" * 2 * LINE_CHARS for _ in line.tiers]  # each may take two lines or three
    return sum(1 + len(text) // LINE_CHARS for text in texts)


def _mark(line: QuoteDocumentLine, words: Words) -> str:
    if line.alternative_to is not None:
        return words.alternative.format(n=line.alternative_to)
    return words.optional if line.is_optional else ""


def _totals(document: QuoteDocument, words: Words) -> Iterator[Sheet]:
    language, currency = document.language, document.currency
    rows = [(words.net_total, document.net_total, False)]
    if document.header_discount or document.freight:
        rows.insert(0, (words.lines_total, document.lines_net_total, False))
    if document.freight:
        rows.insert(1, (words.freight, document.freight, False))
    if document.header_discount:
        rows.insert(1, (words.header_discount, -document.header_discount, False))
    for tax in document.taxes:
        name = f"{tax.name} {written.percent(tax.rate_percent, language)}"
        rows.append((name, tax.amount, False))
    rows.append((words.gross_total, document.gross_total, True))
    for name, value, is_strong in rows:
        shown = written.amount_with_code(value, currency, language)
        yield {"name": paper_line(name), "amount": shown, "strong": is_strong}


def _sections(document: QuoteDocument, words: Words) -> Iterator[tuple[str, list[Line]]]:
    texts = (
        (words.ship_to, "\n".join(document.ship_to)),
        (words.bill_to, "\n".join(document.bill_to)),
        (words.shipping, document.shipping),
        (words.terms, document.terms),
        (words.delivery_terms, document.delivery_terms),
        (words.notes, document.notes),
    )
    for name, text in texts:
        if lines := paper_lines(text):
            yield name, lines


def _money_width(document: QuoteDocument) -> float:
    """Millimetres of the two columns of amounts, so that no amount of this quote breaks."""
    language, currency = document.language, document.currency
    shown = [written.amount(line.net_total, currency, language) for line in document.lines]
    shown += [
        written.unit_price(line.net_unit_price, currency, language) for line in document.lines
    ]
    return min(45.0, max(24.0, MM_PER_DIGIT * max(map(len, shown)) + 3))


def _filled(*texts: str) -> list[Line]:
    return [line for text in texts for line in paper_lines(text)]
