"""What is told of a request and of a quote: what its buyer may see, and nothing else.

Of a quote that is its newest revision that was offered, as it was offered. Drafts, costs and
internal notes are not read here at all.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from quotes.models import Quote, Rfq, Version
from quotes.states import SHOWN_TO_BUYER, RfqState, VersionState


def offered_of(quote: Quote) -> Version | None:
    """The newest revision that the buyer may see."""
    # An approved revision may expire before it is offered: the document tells them apart.
    seen = quote.versions.filter(state__in=SHOWN_TO_BUYER, document__isnull=False)
    return seen.defer("internal_note").order_by("-revision").first()


def page_of(quote: Quote) -> str:
    return f"{settings.BASE_URL.rstrip('/')}{reverse('portal:quote', args=[quote.pk])}"


class Amount(serializers.DecimalField):
    """A text without zeros at the end that say nothing."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_digits=18, decimal_places=6, normalize_output=True, **kwargs)


class ConfigurationAnswer(serializers.Serializer):
    name = serializers.CharField()
    value = serializers.CharField(allow_blank=True)


class LineAnswer(serializers.Serializer):
    n = serializers.IntegerField()
    sku = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    quantity = Amount()
    unit = serializers.CharField()
    target_price = Amount(allow_null=True)
    note = serializers.CharField(allow_blank=True)
    configuration = serializers.SerializerMethodField()

    @extend_schema_field(ConfigurationAnswer(many=True))
    def get_configuration(self, line: Any) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in line.configuration]


class OfferAnswer(serializers.Serializer):
    """A quote in short: the revision that counts."""

    number = serializers.CharField(source="quote.number")
    revision = serializers.IntegerField()
    state = serializers.ChoiceField(choices=VersionState.choices)
    valid_until = serializers.DateTimeField(allow_null=True)
    gross_total = Amount()
    currency = serializers.CharField(source="quote.currency")
    url = serializers.SerializerMethodField(help_text="The quote's page in the portal.")

    def get_url(self, version: Version) -> str:
        return page_of(version.quote)


class RfqAnswer(serializers.Serializer):
    number = serializers.CharField()
    state = serializers.ChoiceField(choices=RfqState.choices)
    currency = serializers.CharField()
    reference = serializers.CharField(allow_blank=True)
    note = serializers.CharField(allow_blank=True)
    needed_by = serializers.DateField(allow_null=True)
    submitted_at = serializers.DateTimeField(allow_null=True)
    lines = LineAnswer(many=True)
    quotes = serializers.SerializerMethodField()

    @extend_schema_field(OfferAnswer(many=True))
    def get_quotes(self, rfq: Rfq) -> list[Any]:
        offered = [offered_of(quote) for quote in rfq.quotes.order_by("id")]
        return [OfferAnswer(version).data for version in offered if version is not None]


class TierAnswer(serializers.Serializer):
    """What a larger quantity would cost, net, for one unit."""

    from_quantity = serializers.CharField()
    unit_price = serializers.CharField()


class OfferLineAnswer(serializers.Serializer):
    """A line as it was offered. Prices are net."""

    n = serializers.IntegerField()
    sku = serializers.CharField(allow_blank=True)
    title = serializers.CharField()
    description = serializers.CharField(allow_blank=True)
    quantity = serializers.CharField()
    unit = serializers.CharField()
    unit_price = serializers.CharField()
    discount_percent = serializers.CharField()
    tax_percent = serializers.CharField()
    net = serializers.CharField()
    is_optional = serializers.BooleanField()
    alternative_to = serializers.IntegerField(allow_null=True)
    configuration = serializers.SerializerMethodField()
    tiers = serializers.SerializerMethodField()

    @extend_schema_field(TierAnswer(many=True))
    def get_tiers(self, line: dict[str, Any]) -> list[dict[str, str]]:
        return [
            {"from_quantity": tier["from"], "unit_price": tier["unit_price"]}
            for tier in line.get("tiers", ())
        ]

    @extend_schema_field(ConfigurationAnswer(many=True))
    def get_configuration(self, line: dict[str, Any]) -> list[dict[str, str]]:
        return [{"name": name, "value": value} for name, value in line["configuration"]]


class QuoteAnswer(OfferAnswer):
    """A quote with the lines of the revision that counts."""

    rfq = serializers.CharField(source="quote.rfq.number", default="", allow_blank=True)
    net_total = Amount()
    tax_total = Amount()
    note = serializers.CharField(allow_blank=True)
    lines = serializers.SerializerMethodField()

    @extend_schema_field(OfferLineAnswer(many=True))
    def get_lines(self, version: Version) -> Any:
        document = version.document or {}
        return OfferLineAnswer(document["lines"], many=True).data


class ErrorAnswer(serializers.Serializer):
    """Every refusal. `field` comes with bad_input."""

    code = serializers.CharField()
    message = serializers.CharField()
    request_id = serializers.CharField(allow_blank=True)
    field = serializers.CharField(required=False)
