"""Templates: what they keep of a quote, and what an empty quote becomes."""

from decimal import Decimal

import pytest
from django.db import IntegrityError

from integrations.models import User
from quotes.errors import Incomplete
from quotes.models import QuoteTemplate, Version
from quotes.services.templates import apply_template, save_template
from tests.factories import sales_rep
from tests.quotes.factories import QuoteFactory, VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def kept(sam: User) -> QuoteTemplate:
    """Two lines, the second by hand and instead of the first; terms, and a note of its own."""
    version = VersionFactory(
        terms_name="Net 30", terms_ref="7", note="Only for you, Nora", internal_note="They pay late"
    )
    version.lines.update(note="Nora wants it red")
    VersionLineFactory(
        version=version,
        n=2,
        title="Saw",
        unit_price=Decimal(70),
        is_price_manual=True,
        alternative_to=version.lines.get(n=1),
    )
    return save_template(version, name=" Starter   kit ", note="Free of charge", user=sam)


def empty(**fields: object) -> Version:
    return VersionFactory(lines=0, **fields)


def test_template_fills_an_empty_quote(kept: QuoteTemplate, sam: User) -> None:
    version = apply_template(empty(), template=kept, user=sam)

    first, second = version.lines.all()
    assert (str(kept), version.terms_ref, version.note) == ("Starter kit", "7", "Free of charge")
    assert (first.unit_price, first.is_price_manual, first.quantity) == (None, False, 2)
    assert (second.unit_price, second.is_price_manual) == (70, True)
    assert second.alternative_to == first
    assert (version.edits, version.edited_by) == (1, sam)


def test_what_one_company_was_told_reaches_no_other(kept: QuoteTemplate, sam: User) -> None:
    version = apply_template(empty(internal_note="Ours"), template=kept, user=sam)

    texts = " ".join(
        [str(QuoteTemplate.objects.values().get()), str(list(kept.lines.values()))]
        + [version.note, version.internal_note, *version.lines.values_list("note", flat=True)]
    )
    assert version.internal_note == "Ours"
    assert not any(word in texts for word in ("Nora", "pay late", "wants"))


def test_note_of_a_template_stands_below_that_of_the_quote(kept: QuoteTemplate, sam: User) -> None:
    version = apply_template(empty(note="Dear Bea"), template=kept, user=sam)

    assert version.note == "Dear Bea\n\nFree of charge"


def test_replaced_template_keeps_its_note_unless_another_is_entered(
    kept: QuoteTemplate, sam: User
) -> None:
    version = VersionFactory(note="Only for you")

    same = save_template(version, name="Starter kit", replaces=True, user=sam)
    assert same.note == "Free of charge"
    other = save_template(version, name="Starter kit", note="For all", replaces=True, user=sam)
    assert other.note == "For all"


def test_price_by_hand_stays_in_its_currency(kept: QuoteTemplate, sam: User) -> None:
    version = empty(quote=QuoteFactory(currency="USD"))

    apply_template(version, template=kept, user=sam)

    assert set(version.lines.values_list("unit_price", "is_price_manual")) == {(None, False)}


def test_quote_with_lines_is_not_filled(kept: QuoteTemplate, sam: User) -> None:
    version = VersionFactory()

    with pytest.raises(Incomplete, match="has lines already"):
        apply_template(version, template=kept, user=sam)
    assert version.lines.count() == 1


def test_offer_is_not_filled(kept: QuoteTemplate, sam: User) -> None:
    with pytest.raises(Incomplete, match="quote it anew"):
        apply_template(VersionFactory(offered=True), template=kept, user=sam)


def test_name_is_taken_once_and_replaced_only_when_told(kept: QuoteTemplate, sam: User) -> None:
    other = VersionFactory(note="Other")

    with pytest.raises(Incomplete, match="already"):
        save_template(other, name="STARTER KIT", user=sam)
    again = save_template(other, name="STARTER KIT", replaces=True, user=sam)

    assert (again.pk, str(again), again.lines.count()) == (kept.pk, "STARTER KIT", 1)
    with pytest.raises(IntegrityError):
        QuoteTemplate.objects.create(name="starter KIT", currency="EUR")


@pytest.mark.parametrize("name", ["", "   "])
def test_template_needs_a_name(sam: User, name: str) -> None:
    with pytest.raises(Incomplete, match="a name"):
        save_template(VersionFactory(), name=name, user=sam)
