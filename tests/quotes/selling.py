"""A quote of the sandbox's company, as sales would have made it."""

from dataclasses import asdict
from datetime import timedelta
from decimal import Decimal

from django.utils import timezone

from integrations.models import Account, Buyer, User
from integrations.records import Address
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.shop import customer_of
from integrations.sandbox.storefront import MedusaSeed
from quotes.models import Acceptance, Quote, Version, VersionLine
from quotes.services import answering, approving, offering, pricing
from quotes.services.answering import Answer
from tests.factories import sales_rep

HAMBURG = Address(
    company=NORDWIND.company,
    first_name=NORDWIND.first_name,
    last_name=NORDWIND.last_name,
    street1=NORDWIND.street,
    city=NORDWIND.city,
    postal_code=NORDWIND.postal_code,
    country_code="DE",
)
LINES = (("TAPE-5M", "7"), ("DRILL-18V", "3"))


def nordwind(seed: MedusaSeed) -> Buyer:
    """The company's usual buyer, who has a login in the shop."""
    account, _ = Account.objects.get_or_create(name=NORDWIND.company)
    login = customer_of(seed, NORDWIND)
    person, _ = Buyer.objects.get_or_create(
        account=account, email=NORDWIND.email, storefront_customer_id=login.id
    )
    return person


def draft_for(
    person: Buyer, seed: MedusaSeed, lines: tuple[tuple[str, str], ...] = LINES
) -> Version:
    """A version in work with these (SKU, quantity) at 19 % tax, 12.90 of freight, not priced."""
    quote = Quote.objects.create(account=person.account, buyer=person, currency="EUR")
    version = Version.objects.create(
        quote=quote,
        revision=1,
        valid_until=timezone.now() + timedelta(days=10),
        ship_to=asdict(HAMBURG),
        region_ref=seed.regions["eur"],
        shipping_ref=seed.shipping_option_id,
        freight_name="Pallet",
        freight_net=Decimal("12.90"),
        freight_tax_percent=Decimal(19),
    )
    for n, (sku, quantity) in enumerate(lines, start=1):
        VersionLine.objects.create(
            version=version,
            n=n,
            sku=sku,
            title=sku.title(),
            quantity=Decimal(quantity),
            tax_percent=Decimal(19),
        )
    return version


def offered(person: Buyer, seed: MedusaSeed, *, discount: str = "0") -> Version:
    """The same, priced by the ERP, with a discount on all lines, approved and sent."""
    sam = User.objects.filter(username="sam.sales").first() or sales_rep()
    version = draft_for(person, seed)
    assert pricing.price_version(version, user=sam, on=timezone.now().date()) == []
    Version.objects.filter(pk=version.pk).update(discount_percent=Decimal(discount))
    version.refresh_from_db()
    return offering.offer(approving.submit_version(version, user=sam), user=sam)


def accepted(version: Version, person: Buyer, po_number: str = "PO-77") -> Acceptance:
    """Signed by its buyer, who looked at just this version."""
    answer = Answer(
        revision=version.revision,
        sha256=version.sha256,
        signature=f"{NORDWIND.first_name} {NORDWIND.last_name}",
        po_number=po_number,
    )
    return answering.accept(version, person=person, answer=answer)
