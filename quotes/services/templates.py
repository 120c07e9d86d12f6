"""Templates: saved from a quote, and what an empty quote is filled with."""

from django.db import transaction
from django.utils import timezone

from integrations.models import User
from quotes.errors import Incomplete
from quotes.models import QuoteTemplate, TemplateLine, Version, VersionLine
from quotes.services.drafting import editing

_HEADER = ("terms_ref", "terms_name", "needs_po_number")
_LINE = (
    "n",
    "sku",
    "title",
    "quantity",
    "unit",
    "configuration",
    "description",
    "tax_percent",
    "is_optional",
)


@transaction.atomic
def save_template(
    version: Version, *, name: str, note: str = "", replaces: bool = False, user: User
) -> QuoteTemplate:
    """Keeps the version's lines and terms under a name; prices only where set by hand.

    No note of the quote or its lines is kept: `note` is for every buyer, and empty leaves the one
    of the template that is replaced. Raises Incomplete for a name that is taken, unless it
    `replaces` that template.
    """
    name = " ".join(name.split())
    if not name:
        raise Incomplete("Give the template a name.")
    known = QuoteTemplate.objects.select_for_update().filter(name__iexact=name).first()
    if known is not None and not replaces:
        raise Incomplete(f"There is a template “{known}” already; say that it is replaced.")
    template = known or QuoteTemplate()
    template.name, template.currency = name, version.quote.currency
    template.note = note.strip() or template.note
    template.saved_by, template.saved_at = user, timezone.now()
    for field in _HEADER:
        setattr(template, field, getattr(version, field))
    template.save()
    template.lines.all().delete()
    lines = version.lines.select_related("alternative_to")
    TemplateLine.objects.bulk_create(_kept(template, line) for line in lines)
    return template


def apply_template(version: Version, *, template: QuoteTemplate, user: User) -> Version:
    """Fills an empty version with the template; prices are asked of the ERP afterwards.

    The template's note goes below one that the version has already.
    A price that was set by hand comes along if the currency is the same, marked as such.
    Raises Incomplete when the version has lines or is not in work.
    """
    with editing(version, user=user) as fresh:
        if fresh.lines.exists():
            raise Incomplete(f"{fresh} has lines already; a template fills an empty quote.")
        for field in _HEADER:
            setattr(fresh, field, getattr(template, field))
        fresh.note = "\n\n".join(filter(None, (fresh.note, template.note)))
        has_prices = template.currency == fresh.quote.currency
        lines = list(template.lines.all())
        made = {line.n: _line(fresh, line, has_prices=has_prices) for line in lines}
        VersionLine.objects.bulk_create(made.values())
        for line in lines:
            if line.alternative_to_n in made and line.alternative_to_n != line.n:
                made[line.n].alternative_to = made[line.alternative_to_n]
        VersionLine.objects.bulk_update(made.values(), ["alternative_to"])
    return fresh


def remove_template(template: QuoteTemplate) -> None:
    """Forgets it; quotes that were filled from it stay as they are."""
    template.delete()


def _kept(template: QuoteTemplate, line: VersionLine) -> TemplateLine:
    return TemplateLine(
        template=template,
        unit_price=line.unit_price if line.is_price_manual else None,
        alternative_to_n=line.alternative_to.n if line.alternative_to else None,
        **{field: getattr(line, field) for field in _LINE},
    )


def _line(version: Version, line: TemplateLine, *, has_prices: bool) -> VersionLine:
    price = line.unit_price if has_prices else None
    return VersionLine(
        version=version,
        unit_price=price,
        is_price_manual=price is not None,
        **{field: getattr(line, field) for field in _LINE},
    )
