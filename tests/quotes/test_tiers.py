"""Price tiers: entered, checked, offered with the hash, shown to the buyer, never in the sums."""

from decimal import Decimal

import pytest

from integrations.models import User
from quotes import tiers
from quotes.errors import Incomplete
from quotes.models import Version
from quotes.portal import changes, offer, printing
from quotes.services import approving, drafting, offering
from quotes.services.editing import save_edit
from quotes.snapshot import sha256_of
from quotes.tiers import Tier
from tests.factories import sales_rep
from tests.quotes.factories import ApprovalRuleFactory, VersionFactory
from tests.quotes.paper import printed
from tests.quotes.test_editing import with_line

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def sam() -> User:
    return sales_rep()


def tier(start: str, price: str | None, **more: bool) -> Tier:
    return Tier(from_quantity=D(start), unit_price=None if price is None else D(price), **more)


def with_tiers(*steps: Tier, **fields: object) -> Version:
    """A draft of one line of 2 at 50.00 with these tiers."""
    version = VersionFactory(**fields)
    version.lines.update(tiers=tiers.written(steps))
    return version


@pytest.mark.parametrize(
    ("steps", "said"),
    [
        ([tier("10", "45"), tier("10", "44")], "larger quantity"),
        ([tier("20", "45"), tier("10", "46")], "larger quantity"),
        ([tier("1", "45")], "below the quantity of the line, 2"),
        ([tier("10", "0")], "above zero"),
        ([tier("2", "49")], "must be the price of the line"),
        ([tier(str(n), "45") for n in range(3, 14)], "at most 10"),
    ],
)
def test_wrong_tiers_are_refused_in_words(sam: User, steps: list[Tier], said: str) -> None:
    version = VersionFactory()

    with pytest.raises(Incomplete, match=f"Line 1: .*{said}"):
        save_edit(version, user=sam, edit=with_line(version, 1, tiers=steps))
    assert version.lines.get().tiers == []


def test_tier_may_begin_at_the_quantity_of_the_line(sam: User) -> None:
    version = VersionFactory()

    steps = (tier("2", "50"), tier("10.5", "44.125"))
    save_edit(version, user=sam, edit=with_line(version, 1, tiers=steps))

    assert [
        (one.from_quantity, one.unit_price) for one in tiers.read(version.lines.get().tiers)
    ] == [
        (2, 50),
        (D("10.5"), D("44.125")),
    ]


def test_only_a_price_that_was_typed_is_by_hand(sam: User) -> None:
    version = with_tiers(tier("10", "45"), tier("20", "44"))

    steps = [tier("10", "45"), tier("20", "43"), tier("30", None)]
    save_edit(version, user=sam, edit=with_line(version, 1, tiers=steps))

    kept = tiers.read(version.lines.get().tiers)
    assert [one.is_manual for one in kept] == [False, True, False]


def test_totals_are_those_of_the_line(sam: User) -> None:
    version = with_tiers(tier("10", "45"))

    assert drafting.totals(version).gross == 119


def test_tier_counts_for_the_approvals(sam: User) -> None:
    ApprovalRuleFactory(name="Discount", threshold=D(20))
    ApprovalRuleFactory(name="Margin", kind="margin_below", threshold=D(20))
    ApprovalRuleFactory(name="By hand", kind="price_manual", threshold=None)
    version = with_tiers(tier("10", "35", is_manual=True))

    [need] = approving.needs_of(version)

    assert need.reasons == (
        "Discount: discount of 30.0 %",
        "Margin: margin of 14.3 % at a price tier",
        "By hand: a price was set by hand",
    )


def test_tier_without_a_price_is_not_offered(sam: User) -> None:
    version = with_tiers(tier("10", None))

    with pytest.raises(Incomplete, match="line 1: the price tier from 10 has no price"):
        approving.submit_version(version, user=sam)


def test_tiers_are_part_of_what_is_signed(sam: User) -> None:
    version = offering.offer(with_tiers(tier("10", "45"), approved=True), user=sam)
    document = version.document or {}
    assert document["lines"][0]["tiers"] == [{"from": "10", "unit_price": "45"}]
    cheaper = [{"from": "10", "unit_price": "44"}]
    changed = {**document, "lines": [document["lines"][0] | {"tiers": cheaper}]}
    assert version.sha256 == sha256_of(document) != sha256_of(changed)
    [told] = changes.between(document, changed).changed
    assert ("from 10: 45.00\u00a0EUR", "from 10: 44.00\u00a0EUR") in [
        (one.before, one.after) for one in told.changes
    ]


def test_new_revision_keeps_them(sam: User) -> None:
    version = offering.offer(with_tiers(tier("10", "45"), approved=True), user=sam)

    assert drafting.requote(version, user=sam).lines.get().tiers == version.lines.get().tiers


def test_offer_from_before_there_were_tiers_is_shown(sam: User) -> None:
    version = VersionFactory(offered=True)
    document = version.document or {}
    del document["lines"][0]["tiers"]

    assert offer.lines_of(document)[0].tiers == ()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "From 10 pcs: 45.00 each, less 5 % discount"),
        ("de", "Ab 10 pcs: je 45,00, abzüglich 5 % Rabatt"),
        ("fr", "À partir de 10 pcs : 45,00 l’unité, moins 5 % de remise"),
    ],
)
def test_paper_names_them(sam: User, language: str, said: str) -> None:
    version = with_tiers(tier("10", "45"), approved=True, discount_percent=D(5))
    version = offering.offer(version, user=sam)

    record = printing.record_of(version, language=language, url="https://portal.example/q")

    text = " ".join(printed(record).text.replace("\u00a0", " ").split())
    assert said in text
