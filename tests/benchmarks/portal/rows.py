"""A buyer whose company has thousands of requests, quotes and orders, among many companies."""

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client, override_settings
from django.utils import timezone

from integrations.models import Buyer, Connection, Order
from quotes.models import Acceptance, Quote, Rfq, RfqLine, Version
from quotes.snapshot import document_of, sha256_of
from quotes.states import RfqState, VersionState
from tests import factories as make
from tests.quotes.factories import VersionFactory, VersionLineFactory

SECRET_KEY = secrets.token_urlsafe(50)  # of the web process, which knows the session by it
OTHERS = 200  # companies with as many rows together as the one that is looked at
LINES = 8
SIGNED = 4  # every fourth quote was accepted


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """The session of the buyer, and the ids of an open quote, an order and a request."""

    session: str
    quote: int
    order: int
    request: int


def fill(count: int) -> Shown:
    """The rows, and a buyer who is signed in."""
    user = make.UserFactory(username="bea", is_staff=False)
    bea = make.BuyerFactory(user=user, account__name="Acme Tools and Machines Ltd")
    others = [make.BuyerFactory() for _ in range(OTHERS)]
    buyers = [bea] * count + [others[n % OTHERS] for n in range(count)]
    # As they come in: those of one company lie among those of all.
    mixed = [buyers[n // 2 + (n % 2) * count] for n in range(2 * count)]
    quotes = _quotes(mixed, _requests(mixed))
    versions = _versions(quotes)
    _orders(versions)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    client = Client()
    with override_settings(SECRET_KEY=SECRET_KEY):
        client.force_login(user)
    return Shown(
        session=client.cookies[settings.SESSION_COOKIE_NAME].value,
        quote=Version.objects.filter(quote__account=bea.account, state="offered")
        .latest("id")
        .quote_id,
        order=Order.objects.filter(account=bea.account).latest("id").pk,
        request=Rfq.objects.filter(account=bea.account).latest("id").pk,
    )


def _requests(buyers: list[Buyer]) -> list[Rfq]:
    requests = _made(
        Rfq(
            account_id=buyer.account_id,
            buyer=buyer,
            contact_email=buyer.email,
            state=RfqState.QUOTED,
            source="portal",
            currency="EUR",
            reference=f"Site {n}",
            submitted_at=timezone.now(),
        )
        for n, buyer in enumerate(buyers)
    )
    _made(
        RfqLine(rfq=rfq, n=n, sku=f"SKU-{n}", title="Cordless drill", quantity=n, target_price=50)
        for rfq in requests
        for n in range(1, LINES + 1)
    )
    return requests


def _quotes(buyers: list[Buyer], requests: list[Rfq]) -> list[Quote]:
    return _made(
        Quote(account_id=buyer.account_id, buyer=buyer, rfq=rfq, currency="EUR")
        for buyer, rfq in zip(buyers, requests, strict=True)
    )


def _versions(quotes: list[Quote]) -> list[Version]:
    """Two revisions of each, the second with the buyer or accepted; one is the model of all."""
    model = VersionFactory(quote=quotes[0], revision=99, lines=0)
    lines = [
        VersionLineFactory(version=model, n=n, sku=f"SKU-{n}", description="With case.")
        for n in range(1, LINES + 1)
    ]
    document = document_of(model, lines)
    model.delete()
    now = timezone.now()
    offered: dict[str, Any] = {
        "valid_until": now + timedelta(days=10),
        "offered_at": now,
        "first_viewed_at": now,
        "region_ref": "reg_eu",
        "document": document,
        "sha256": sha256_of(document),
        "gross_total": Decimal("952"),
        "tax_total": Decimal("152"),
        "net_total": Decimal("800"),
    }
    _made(
        Version(quote=quote, revision=1, state=VersionState.SUPERSEDED, **offered)
        for quote in quotes
    )
    return _made(
        Version(
            quote=quote,
            revision=2,
            state=VersionState.OFFERED if n // 2 % SIGNED else VersionState.ORDERED,
            **offered,
        )
        for n, quote in enumerate(quotes)
    )


def _orders(versions: list[Version]) -> None:
    """As many orders as quotes; those of accepted quotes belong to them."""
    shop, erp = make.ConnectionFactory(), make.ConnectionFactory(erp=True)
    _made(
        Acceptance(
            quote=version.quote,
            version=version,
            buyer=version.quote.buyer,
            orderer=version.quote.buyer,
            signature="Bea Buyer",
            statement="I accept.",
            sha256=version.sha256,
            order_ref=f"order_{version.quote_id}",
        )
        for version in versions
        if version.state == VersionState.ORDERED
    )
    _made(_order(version, shop, erp) for version in versions)


def _order(version: Version, shop: Connection, erp: Connection) -> Order:
    number = version.quote_id
    return Order(
        storefront=shop,
        storefront_ref=f"order_{number}",
        display_id=str(number),
        erp=erp,
        erp_ref=str(number),
        erp_number=f"S{number:06d}",
        account_id=version.quote.account_id,
        state="confirmed",
        currency="EUR",
        gross_total=version.gross_total,
        tax_total=version.tax_total,
        placed_at=timezone.now(),
    )


def _made(rows: Iterable[Any]) -> list[Any]:
    found = list(rows)
    return type(found[0]).objects.bulk_create(found, batch_size=2000) if found else []
