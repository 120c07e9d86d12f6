"""The PDF of an offer, from its frozen document."""

import logging
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from quotes import documents
from quotes.documents import (
    BadLogo,
    Language,
    QuoteDocument,
    QuoteDocumentLine,
    Seller,
    Tax,
    render_pdf,
)
from quotes.models import Version
from quotes.portal import offer

logger = logging.getLogger(__name__)


def print_offer(version: Version, *, language: str, url: str) -> bytes:
    """The PDF. A logo that cannot be printed is left out and logged, for a buyer waits.

    Raises BadDocument.
    """
    document = record_of(version, language=language, url=url)
    try:
        return render_pdf(replace(document, seller=replace(document.seller, logo=_logo())))
    except BadLogo as bad:
        logger.error("logo_not_printed version=%s error=%s", version.pk, bad)
        return render_pdf(document)


def file_name(version: Version) -> str:
    return f"{version.quote.number}-{version.revision}.pdf"


def record_of(version: Version, *, language: str, url: str) -> QuoteDocument:
    """What the printed quote says, without a logo. The discount on all lines is in each line."""
    frozen = offer.document_of(version)
    totals, offered_at, valid_until = frozen["totals"], version.offered_at, version.valid_until
    if offered_at is None or valid_until is None:
        raise documents.BadDocument("it was never offered.", number=version.quote.number)
    return QuoteDocument(
        seller=Seller(name=settings.PORTAL_NAME),
        buyer=_buyer(version, frozen),
        number=frozen["quote"],
        revision=frozen["revision"],
        issued_on=localtime(offered_at, settings.PORTAL_TIME_ZONE).date(),
        valid_until=valid_until,
        time_zone=settings.PORTAL_TIME_ZONE.key,
        currency=frozen["currency"],
        lines=tuple(_line(line) for line in offer.lines_of(frozen)),
        freight=Decimal(totals["freight_net"]),
        taxes=tuple(_tax(tax) for tax in totals["taxes"]),
        net_total=Decimal(totals["net"]),
        gross_total=Decimal(totals["gross"]),
        content_sha256=version.sha256,
        portal_url=url,
        terms=frozen["terms"]["name"],
        ship_to=offer.places_of(frozen).ship_to,
        bill_to=offer.places_of(frozen).bill_to,
        shipping=_shipping(offer.places_of(frozen)),
        notes=frozen["note"],
        language=cast(Language, language),
    )


def _buyer(version: Version, frozen: Mapping[str, Any]) -> documents.Buyer:
    person = version.quote.buyer
    return documents.Buyer(
        account_name=frozen["account"],
        contact=person.email if person else "",
        address_lines=_postal(frozen["bill_to"], but=frozen["account"]),
    )


def _postal(address: Mapping[str, str], *, but: str) -> tuple[str, ...]:
    """For the window of an envelope: no telephone, and the account's name stands above it."""
    lines = offer.envelope({**address, "phone": ""})
    return tuple(line for line in lines if line != but)


def _shipping(places: offer.Places) -> str:
    return ", ".join(part for part in (places.shipping, places.region) if part)


def _line(line: offer.OfferLine) -> QuoteDocumentLine:
    return QuoteDocumentLine(
        n=line.n,
        sku=line.sku,
        title=line.title,
        description=line.description,
        configuration=line.configuration,
        quantity=line.quantity,
        unit=line.unit,
        net_unit_price=line.unit_price,
        discount_percent=line.discount_percent,
        net_total=line.net,
        is_optional=line.is_optional,
        alternative_to=line.alternative_to,
        tiers=line.tiers,
    )


def _tax(tax: Mapping[str, str]) -> Tax:
    return Tax(name=_("Tax"), rate_percent=Decimal(tax["percent"]), amount=Decimal(tax["amount"]))


def _logo() -> bytes | None:
    """The seller's logo, where one is set and can be read."""
    if not settings.PORTAL_LOGO:
        return None
    try:
        return Path(settings.PORTAL_LOGO).read_bytes()
    except OSError as unreadable:
        raise BadLogo(f"{settings.PORTAL_LOGO} cannot be read.") from unreadable
