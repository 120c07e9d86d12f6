"""Every address of the portal and of its API, who may use it, and real things behind its ids.

PUBLIC       anybody, and nobody's rows are on it
LINK         whoever holds the link of one request, and that request alone
OWN          who signed in; only rows of the account that they buy for
OF_ACCOUNT   one row of an account: for its buyers; not there for anybody else
SIGNED       the storefront's server, for the customer that it names
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, reverse
from django.utils import timezone

from integrations.models import Buyer, Invoice, Order
from quotes.actors import buyer as as_buyer
from quotes.api import urls as api_urls
from quotes.models import Attachment, InvoiceCopy, Rfq, Version
from quotes.portal import urls as portal_urls
from quotes.services.attachments import add_attachment
from quotes.signin import threads
from quotes.states import RfqState, VersionState
from tests import factories as make
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory

PUBLIC, LINK, OWN, OF_ACCOUNT, SIGNED = "public", "link", "own", "of account", "signed"

ACCESS = {
    "sign_in": PUBLIC,
    "code": PUBLIC,
    "sign_out": PUBLIC,
    "language": PUBLIC,
    "handover": PUBLIC,
    "prove": PUBLIC,
    "prove_mail": PUBLIC,
    "prove_code": PUBLIC,
    "anonymous": PUBLIC,
    "anonymous_code": PUBLIC,
    "anonymous_done": PUBLIC,
    "thread_open": LINK,
    "thread": LINK,
    "thread_say": LINK,
    "thread_files": LINK,
    "home": OWN,
    "accounts": OWN,
    "requests": OWN,
    "request_new": OWN,
    "quotes": OWN,
    "orders": OWN,
    "shipments": OWN,
    "invoices": OWN,
    "attachments": OF_ACCOUNT,
    "attachment": OF_ACCOUNT,
    "request": OF_ACCOUNT,
    "request_edit": OF_ACCOUNT,
    "request_message": OF_ACCOUNT,
    "request_answer": OF_ACCOUNT,
    "request_cancel": OF_ACCOUNT,
    "request_copy": OF_ACCOUNT,
    "quote": OF_ACCOUNT,
    "quote_changes": OF_ACCOUNT,
    "version": OF_ACCOUNT,
    "quote_pdf": OF_ACCOUNT,
    "quote_forward": OF_ACCOUNT,
    "quote_accept": OF_ACCOUNT,
    "quote_ask_company": OF_ACCOUNT,
    "quote_refuse": OF_ACCOUNT,
    "quote_change": OF_ACCOUNT,
    "quote_keep": OF_ACCOUNT,
    "quote_decline": OF_ACCOUNT,
    "order": OF_ACCOUNT,
    "invoice_pdf": OF_ACCOUNT,
}
API_ACCESS = {"rfqs": SIGNED, "rfq": SIGNED, "quote": SIGNED, "schema": PUBLIC}


@dataclass(slots=True)
class World:
    """One company with one of everything."""

    ben: Buyer
    rfq: Rfq
    attachment: Attachment
    version: Version
    order: Order
    invoice: Invoice
    token: str
    secrets: list[str] = field(default_factory=list)  # what nobody else may read

    def args_of(self, name: str) -> dict[str, Any]:
        """Ids of real rows for the address of this name."""
        revision = {"pk": self.version.quote_id, "revision": self.version.revision}
        known: dict[str, dict[str, Any]] = {
            "handover": {"token": "invented"},
            "prove": {"token": "invented"},
            "thread_open": {"token": self.token},
            "attachments": {"number": self.rfq.number},
            "attachment": {"number": self.rfq.number, "pk": self.attachment.pk},
            "quote": {"pk": self.version.quote_id},
            "quote_changes": {"pk": self.version.quote_id},
            "version": revision,
            "order": {"pk": self.order.pk},
            "invoice_pdf": {"pk": self.order.pk, "invoice_pk": self.invoice.pk},
        }
        if name in known or ACCESS[name] != OF_ACCOUNT:
            return known.get(name, {})
        return {"pk": self.rfq.pk} if name.startswith("request_") or name == "request" else revision

    def path_of(self, name: str) -> str:
        return reverse(f"portal:{name}", kwargs=self.args_of(name))


def make_world() -> World:
    """Everything that an account can have, in states in which its buyer can press what there is."""
    ben = make.BuyerFactory(email="ben@acme.example", account__name="Acme Tools")
    rfq = RfqFactory(
        submitted=True,
        buyer=ben,
        state=RfqState.INFO_REQUESTED,
        asked_at=timezone.now(),
        note="A note of Acme",
        reference="ACME-REF",
    )
    upload = SimpleUploadedFile("acme-drawing.pdf", b"%PDF-1.7\n1 0 obj\n")
    attachment = add_attachment(rfq, actor=as_buyer(ben), upload=upload)
    quote = QuoteFactory(buyer=ben, title="Acme frame contract")
    first = VersionFactory(offered=True, quote=quote)
    Version.objects.filter(pk=first.pk).update(state=VersionState.SUPERSEDED)
    version = VersionFactory(offered=True, quote=quote, revision=2)
    order = make.OrderFactory(account=ben.account, display_id="77001", shipped=True)
    invoice = make.InvoiceFactory(order=order)
    InvoiceCopy.objects.create(
        invoice=invoice,
        payment_state=invoice.payment_state,
        name="acme-invoice.pdf",
        content=b"%PDF-1.7 Acme",
        fetched_at=timezone.now(),
    )
    carls = RfqFactory(
        submitted=True, buyer=None, account=None, contact_email="carl@new.example", note="Carl's"
    )
    token = threads.issue(carls, now=timezone.now())
    secrets = [
        rfq.number,
        carls.number,
        quote.number,
        "77001",
        invoice.number,
        ben.email,
        "carl@new.example",
        "Acme",
        "ACME-REF",
        "acme-drawing",
    ]
    return World(
        ben=ben,
        rfq=rfq,
        attachment=attachment,
        version=version,
        order=order,
        invoice=invoice,
        token=token,
        secrets=secrets,
    )


def sent_to(world: World) -> dict[str, Any]:
    """A form that every address takes for a complete one."""
    version = world.version
    return {
        "text": "Hello",
        "reason": "Because",
        "revision": str(version.revision),
        "sha256": version.sha256,
        "key": "press-1",
        "signature": "Ben Buyer",
        "po_number": "PO-1",
        "address": "eva@elsewhere.example",
        "file": SimpleUploadedFile("more.pdf", b"%PDF-1.7\n1 0 obj\n"),
        "do": "send",
        "currency": "EUR",
        "lines-0-sku": "SKU-1",
        "lines-0-title": "Drill",
        "lines-0-quantity": "3",
        "lines-0-unit": "pcs",
        "lines-0-target_price": "",
        "lines-0-note": "",
        "q": "",
        "paste": "",
    }


def names_in(patterns: list[Any]) -> Iterator[str | None]:
    """The name of each pattern, those below others too; None for one without."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from names_in(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield pattern.name


def portal_names() -> list[str | None]:
    return list(names_in(portal_urls.urlpatterns))


def api_names() -> list[str | None]:
    return list(names_in(api_urls.urlpatterns))


def those(access: str) -> list[str]:
    return [name for name, known in ACCESS.items() if known == access]


State = Callable[[Version], None]


def over(state: str) -> State:
    """Puts an offer into that state; `past` is one whose time is over before the timer came."""

    def put(version: Version) -> None:
        fields: dict[str, Any] = {"state": state}
        if state == "past":
            fields = {"valid_until": timezone.now() - timedelta(seconds=1)}
        Version.objects.filter(pk=version.pk).update(**fields)

    return put
