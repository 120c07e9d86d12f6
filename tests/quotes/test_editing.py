"""One edit of a whole version: saved or only tried, refused when it is stale or wrong."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.utils import timezone

from integrations.models import User
from quotes.errors import Incomplete, Stale
from quotes.models import Version
from quotes.services import approving, drafting
from quotes.services.editing import Edit, EditedLine, save_edit, tried
from quotes.states import VersionState
from tests.factories import UserFactory, sales_rep
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


def as_is(version: Version) -> Edit:
    """The version as it is, as if somebody had saved it unchanged."""
    lines = [
        EditedLine(
            line_id=line.pk,
            place=line.n,
            sku=line.sku,
            title=line.title,
            quantity=line.quantity,
            unit_price=line.unit_price,
            tax_percent=line.tax_percent,
            alternative=line.alternative_to.n if line.alternative_to else None,
        )
        for line in version.lines.all()
    ]
    return Edit(edits=version.edits, lines=lines)


def with_line(version: Version, n: int, **changed: object) -> Edit:
    edit = as_is(version)
    lines = [replace(line, **changed) if line.place == n else line for line in edit.lines]
    return replace(edit, lines=lines)


def new_line(place: int, **fields: object) -> EditedLine:
    return EditedLine(line_id=None, place=place, title="Assembly", quantity=Decimal(1), **fields)


def test_price_entered_by_hand_is_marked_and_added_up(sam: User) -> None:
    version = VersionFactory()

    save_edit(version, user=sam, edit=with_line(version, 1, unit_price=Decimal(45)))

    line = version.lines.get()
    assert (line.unit_price, line.is_price_manual, line.list_price) == (45, True, 50)
    version.refresh_from_db()
    assert (version.edits, version.edited_by) == (1, sam)
    assert (version.net_total, version.gross_total) == (90, Decimal("107.10"))


def test_price_that_is_left_alone_is_not_by_hand(sam: User) -> None:
    version = VersionFactory()

    save_edit(version, user=sam, edit=with_line(version, 1, quantity=Decimal(3)))

    assert not version.lines.get().is_price_manual


def test_another_article_keeps_nothing_that_was_known_of_the_old_one(sam: User) -> None:
    version = VersionFactory()
    version.lines.update(variant_ref="variant_1", cost_as_of=timezone.now(), basis={"list": "A"})

    save_edit(version, user=sam, edit=with_line(version, 1, sku="OTHER"))

    line = version.lines.get()
    assert (line.list_price, line.unit_cost, line.cost_as_of) == (None, None, None)
    assert (line.variant_ref, line.basis, line.is_price_manual) == ("", {}, True)


def test_lines_are_added_removed_and_reordered(sam: User) -> None:
    version = VersionFactory(lines=3)
    first, _, third = version.lines.all()
    edit = as_is(version)
    kept = [replace(edit.lines[0], place=5), replace(edit.lines[2], place=1)]

    save_edit(version, user=sam, edit=replace(edit, lines=[*kept, new_line(3)]))

    rows = list(version.lines.all())
    assert [row.n for row in rows] == [1, 2, 3]
    assert [row.pk for row in (rows[0], rows[2])] == [third.pk, first.pk]
    assert rows[1].title == "Assembly"


def test_alternative_stands_outside_the_total(sam: User) -> None:
    version = VersionFactory()
    edit = as_is(version)
    other = new_line(2, unit_price=Decimal(70), tax_percent=Decimal(19), alternative=1)
    edit = replace(edit, lines=[*edit.lines, other])

    would_be, lines = tried(version, edit)
    save_edit(version, user=sam, edit=edit)

    assert drafting.totals(would_be, lines).net == 100
    version.refresh_from_db()
    assert version.net_total == 100
    assert version.lines.get(n=2).alternative_to == version.lines.get(n=1)


@pytest.mark.parametrize("alternative", [2, 3, 9])
def test_alternative_needs_one_other_line_that_counts(sam: User, alternative: int) -> None:
    version = VersionFactory(lines=2)
    third = new_line(3, alternative=1)
    edit = with_line(version, 2, alternative=alternative)

    with pytest.raises(Incomplete, match="alternative to"):
        save_edit(version, user=sam, edit=replace(edit, lines=[*edit.lines, third]))
    assert version.lines.count() == 2


def test_trying_writes_nothing_and_says_which_approvals_are_needed(sam: User) -> None:
    ApprovalRuleFactory()
    version = VersionFactory()
    edit = replace(as_is(version), header={"discount_percent": Decimal(20)})

    would_be, lines = tried(version, edit)

    assert drafting.totals(would_be, lines).net == 80
    assert [need.reasons for need in approving.needs_of(would_be, lines)] == [
        ("Discount: discount of 20.0 %",)
    ]
    version.refresh_from_db()
    assert (version.discount_percent, version.edits) == (0, 0)


def test_second_of_two_people_is_refused_and_told_who_was_first(sam: User) -> None:
    version = VersionFactory()
    seen_by_both = as_is(version)
    save_edit(version, user=UserFactory(username="rita.rep"), edit=seen_by_both)

    with pytest.raises(Stale, match="rita.rep changed"):
        save_edit(version, user=sam, edit=replace(seen_by_both, lines=[]))
    assert version.lines.count() == 1


def test_edit_voids_what_was_approved(sam: User) -> None:
    ApprovalRuleFactory()
    version = VersionFactory(discount_percent=Decimal(20))
    version = approving.submit_version(version, user=sam)

    save_edit(version, user=sam, edit=as_is(version))

    version.refresh_from_db()
    assert version.state == VersionState.DRAFT
    assert version.approvals.get().state == "void"


def test_offer_cannot_be_edited(sam: User) -> None:
    version = VersionFactory(offered=True)

    with pytest.raises(Incomplete, match="quote it anew"):
        save_edit(version, user=sam, edit=as_is(version))


def test_line_of_another_quote_is_not_taken(sam: User) -> None:
    version, strange = VersionFactory(), VersionFactory()

    with pytest.raises(Incomplete, match="not part of this quote"):
        save_edit(version, user=sam, edit=replace(as_is(strange), edits=0))
    assert strange.lines.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"quantity": Decimal(0)}, "quantity"),
        ({"title": "", "sku": ""}, "SKU or a title"),
        ({"unit_price": Decimal(-1)}, "negative"),
        ({"discount_percent": Decimal(101)}, "between 0 and 100"),
        ({"tax_percent": Decimal(-1)}, "tax must be"),
    ],
)
def test_wrong_line_is_named(sam: User, wrong: dict[str, object], said: str) -> None:
    version = VersionFactory()

    with pytest.raises(Incomplete, match=f"Line 1: .*{said}"):
        save_edit(version, user=sam, edit=with_line(version, 1, **wrong))


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"discount_percent": Decimal(100)}, "discount on all lines"),
        ({"freight_net": Decimal(-1)}, "Freight must not"),
        ({"freight_tax_percent": Decimal(100)}, "tax on freight"),
    ],
)
def test_wrong_header_is_named(sam: User, wrong: dict[str, object], said: str) -> None:
    version = VersionFactory()

    with pytest.raises(Incomplete, match=said):
        save_edit(version, user=sam, edit=replace(as_is(version), header=wrong))
