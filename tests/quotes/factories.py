"""The smallest valid requests and quotes; states are traits.

RfqFactory(submitted=True)       one that sales has not looked at
VersionFactory(offered=True)     one that the buyer can accept, of one line at 100.00 + 19 %
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import factory
from django.contrib.auth.models import Group
from django.utils import timezone
from factory.django import DjangoModelFactory

from quotes.models import ApprovalRule, Quote, Rfq, RfqLine, Version, VersionLine
from quotes.services.drafting import totals
from quotes.snapshot import document_of, sha256_of
from quotes.states import RfqState, VersionState
from tests.factories import AccountFactory, BuyerFactory


class RfqFactory(DjangoModelFactory):
    """A draft of one line, from a buyer of an account of its own."""

    class Meta:
        model = Rfq
        skip_postgeneration_save = True

    buyer = factory.SubFactory(BuyerFactory)
    account = factory.SelfAttribute("buyer.account")
    contact_email = factory.SelfAttribute("buyer.email")
    source = "portal"
    currency = "EUR"

    class Params:
        submitted = factory.Trait(
            state=RfqState.SUBMITTED, submitted_at=factory.LazyFunction(timezone.now)
        )
        in_review = factory.Trait(submitted=True, state=RfqState.IN_REVIEW)
        quoted = factory.Trait(submitted=True, state=RfqState.QUOTED)

    @factory.post_generation
    def lines(self, create: bool, extracted: int | None, **_: Any) -> None:
        if create:
            for n in range(1, (1 if extracted is None else extracted) + 1):
                RfqLineFactory(rfq=self, n=n)


class RfqLineFactory(DjangoModelFactory):
    class Meta:
        model = RfqLine

    rfq = factory.SubFactory(RfqFactory, lines=0)
    n = 1
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    title = "Cordless drill"
    quantity = Decimal(2)


class QuoteFactory(DjangoModelFactory):
    class Meta:
        model = Quote

    buyer = factory.SubFactory(BuyerFactory)
    account = factory.SelfAttribute("buyer.account")
    currency = "EUR"


class VersionFactory(DjangoModelFactory):
    """A draft with one priced line of 2 × 50.00, 19 % tax, valid for ten days."""

    class Meta:
        model = Version
        skip_postgeneration_save = True

    quote = factory.SubFactory(QuoteFactory)
    revision = 1
    valid_until = factory.LazyFunction(lambda: timezone.now() + timedelta(days=10))
    region_ref = "reg_eu"
    ship_to = factory.LazyFunction(lambda: {"city": "Hamburg", "country_code": "DE"})

    class Params:
        approved = factory.Trait(state=VersionState.APPROVED)

    @factory.post_generation
    def lines(self, create: bool, extracted: int | None, **_: Any) -> None:
        if create:
            for n in range(1, (1 if extracted is None else extracted) + 1):
                VersionLineFactory(version=self, n=n)

    @factory.post_generation
    def offered(self, create: bool, extracted: bool | None, **_: Any) -> None:
        if not (create and extracted):
            return
        document, added = document_of(self, list(self.lines.all())), totals(self)
        Version.objects.filter(pk=self.pk).update(
            state=VersionState.OFFERED,
            offered_at=timezone.now(),
            document=document,
            sha256=sha256_of(document),
            net_total=added.net,
            tax_total=added.tax,
            gross_total=added.gross,
        )
        self.refresh_from_db()


class VersionLineFactory(DjangoModelFactory):
    class Meta:
        model = VersionLine

    version = factory.SubFactory(VersionFactory, lines=0)
    n = 1
    sku = factory.Sequence(lambda n: f"SKU-{n}")
    variant_ref = factory.LazyAttribute(lambda line: f"variant_{line.sku}" if line.sku else "")
    title = "Cordless drill"
    quantity = Decimal(2)
    list_price = Decimal(50)
    unit_price = Decimal(50)
    tax_percent = Decimal(19)
    unit_cost = Decimal(30)


class ApprovalRuleFactory(DjangoModelFactory):
    """Anybody in the group `group_name` must agree to more than 10 % discount."""

    class Meta:
        model = ApprovalRule
        exclude = ("group_name",)

    group_name = "Sales manager"
    name = "Discount"
    kind = "discount_above"
    threshold = Decimal(10)
    group = factory.LazyAttribute(lambda o: Group.objects.get_or_create(name=o.group_name)[0])


__all__ = [
    "AccountFactory",
    "ApprovalRuleFactory",
    "BuyerFactory",
    "QuoteFactory",
    "RfqFactory",
    "RfqLineFactory",
    "VersionFactory",
    "VersionLineFactory",
]
