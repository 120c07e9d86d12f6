"""What a request for quote looks like when it comes in, and the service's record of it."""

from typing import Any

from moneyed import CurrencyDoesNotExist, get_currency
from rest_framework import serializers

from quotes.api.fields import Choice, Day, DecimalText, StrictSerializer, Text
from quotes.services.rfqs import MOST_LINES, Asked, AskedLine

SOURCES = ["cart", "product", "api"]
MOST_CHOICES = 50  # of one line's configuration


class ConfigurationBody(StrictSerializer):
    """One choice made in a configurator."""

    name = Text(max_length=80)
    value = Text(max_length=500, allow_blank=True)


class LineBody(StrictSerializer):
    """A line says what is wanted: by its SKU, or in words."""

    sku = Text(max_length=80, allow_blank=True, default="")
    title = Text(max_length=300, allow_blank=True, default="")
    quantity = DecimalText(digits=18, places=4, above_zero=True)
    unit = Text(max_length=20, default="pcs")
    target_price = DecimalText(
        digits=18,
        places=6,
        above_zero=False,
        allow_null=True,
        default=None,
        help_text="Net, for one unit.",
    )
    note = Text(max_length=2000, allow_blank=True, default="")
    configuration = ConfigurationBody(many=True, max_length=MOST_CHOICES, default=list)

    def validate(self, line: dict[str, Any]) -> dict[str, Any]:
        if not (line["sku"] or line["title"]):
            raise serializers.ValidationError({"sku": ["Give a sku, or a title in words."]})
        return line


class RfqBody(StrictSerializer):
    """A whole request of one customer of the storefront."""

    customer_id = Text(max_length=64)
    currency = Text(max_length=3, help_text="Three letters, such as EUR.")
    reference = Text(max_length=80, allow_blank=True, default="", help_text="The buyer's own.")
    note = Text(max_length=4000, allow_blank=True, default="")
    needed_by = Day(allow_null=True, default=None)
    source = Choice(SOURCES, default="api")
    cart_id = Text(max_length=64, allow_blank=True, default="")
    locale = Text(
        max_length=35,
        allow_blank=True,
        default="",
        help_text="Of the customer, such as de-AT; mails about the request are in it.",
    )
    lines = LineBody(many=True, allow_empty=False, max_length=MOST_LINES)

    def validate_currency(self, code: str) -> str:
        try:
            return str(get_currency(code.upper()).code)
        except CurrencyDoesNotExist as exc:
            raise serializers.ValidationError("Not a currency such as EUR.") from exc


def asked_of(body: dict[str, Any]) -> Asked:
    """The record of a body that was found good."""
    return Asked(
        currency=body["currency"],
        reference=body["reference"],
        note=body["note"],
        needed_by=body["needed_by"],
        source=body["source"],
        source_ref=body["cart_id"],
        language=body["locale"],
        lines=tuple(_line(line) for line in body["lines"]),
    )


def _line(line: dict[str, Any]) -> AskedLine:
    chosen = tuple((one["name"], one["value"]) for one in line["configuration"])
    return AskedLine(**{**line, "configuration": chosen})
