"""Terms, regions and ways of shipping are chosen from a copy of what their owners offer."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from integrations.models import Flow, User
from quotes.errors import Incomplete
from quotes.models import ChoiceList, Version
from quotes.services import approving, choices
from quotes.services.choices import Kind
from quotes.services.editing import save_edit
from tests.factories import FlowFactory, sales_rep
from tests.quotes.factories import ApprovalRuleFactory, RfqFactory, VersionFactory
from tests.quotes.test_editing import as_is

pytestmark = pytest.mark.django_db

TERMS = [
    {"ref": "1", "name": "Immediate", "detail": "0 days"},
    {"ref": "2", "name": "30 Days", "detail": "30 days"},
]
REGIONS = [
    {"ref": "reg_eu", "name": "Europe", "currency": "EUR", "countries": ["DE", "FR"]},
    {"ref": "reg_us", "name": "United States", "currency": "USD", "countries": ["US"]},
]
SHIPPING = [{"ref": "so_1", "name": "Standard"}]
AS_OF = datetime.fromisoformat("2026-11-27T09:00:00+00:00")


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def flow() -> Flow:
    return FlowFactory(live=True)


@pytest.fixture
def copied(flow: Flow) -> Flow:
    """As if both systems had been asked."""
    for kind, owner, rows in (
        (Kind.TERMS, flow.target, TERMS),
        (Kind.REGIONS, flow.source, REGIONS),
        (Kind.SHIPPING, flow.source, SHIPPING),
    ):
        ChoiceList.objects.create(connection=owner, kind=kind, rows=rows, as_of=AS_OF)
    return flow


def save(version: Version, sam: User, **header: object) -> Version:
    return save_edit(version, user=sam, edit=replace(as_is(version), header=header))


def test_unknown_terms_are_refused_with_the_way_out(copied: Flow, sam: User) -> None:
    version = VersionFactory()

    with pytest.raises(Incomplete) as refusal:
        save(version, sam, terms_ref="9", terms_name="Net 90")

    assert str(refusal.value) == (
        f"“Net 90” is not among the payment terms of {copied.target.name}: choose one of its "
        "list, which is of 2026-11-27 09:00 UTC, or refresh that first."
    )
    version.refresh_from_db()
    assert version.edits == 0


@pytest.mark.parametrize(("ref", "name"), [("2", "anything"), ("", "30 Days")])
def test_terms_have_the_ref_and_name_of_the_erp(
    copied: Flow, sam: User, ref: str, name: str
) -> None:
    version = save(VersionFactory(), sam, terms_ref=ref, terms_name=name)

    assert (version.terms_ref, version.terms_name) == ("2", "30 Days")


def test_no_terms_are_fine(copied: Flow, sam: User) -> None:
    assert save(VersionFactory(), sam, terms_ref="", terms_name="").terms_ref == ""


def test_approval_by_terms_looks_at_the_erps_name(copied: Flow, sam: User) -> None:
    ApprovalRuleFactory(name="Terms", kind="terms_other_than", threshold=None, terms="Immediate")
    usual = save(VersionFactory(), sam, terms_ref="1")
    long = save(VersionFactory(), sam, terms_ref="2")

    assert approving.needs_of(usual) == ()
    assert [need.reasons for need in approving.needs_of(long)] == [
        ("Terms: payment terms “30 Days”",)
    ]


@pytest.mark.parametrize(
    ("header", "said"),
    [
        ({"region_ref": "reg_xx"}, "“reg_xx” is not among the regions"),
        ({"shipping_ref": "so_9"}, "“so_9” is not among the ways of shipping"),
        ({"region_ref": "reg_us"}, "United States sells in USD, and the quote is in EUR"),
        ({"ship_to": {"country_code": "JP"}}, "Europe does not sell to JP"),
    ],
)
def test_what_the_order_would_fail_at_is_refused(
    copied: Flow, sam: User, header: dict[str, object], said: str
) -> None:
    with pytest.raises(Incomplete, match=said):
        save(VersionFactory(), sam, **header)


def test_row_that_went_since_keeps_a_quote_from_being_submitted(copied: Flow, sam: User) -> None:
    version = save(VersionFactory(), sam, terms_ref="2", shipping_ref="so_1")
    ChoiceList.objects.filter(kind=Kind.TERMS).update(rows=TERMS[:1])

    with pytest.raises(Incomplete, match="“30 Days” is not among the payment terms"):
        approving.submit_version(version, user=sam)


def test_anything_may_be_typed_where_nothing_is_offered(flow: Flow, sam: User) -> None:
    ChoiceList.objects.create(connection=flow.target, kind=Kind.TERMS, as_of=timezone.now())

    version = save(VersionFactory(), sam, terms_name="Net 90", shipping_ref="so_9")

    assert (version.terms_name, version.shipping_ref) == ("Net 90", "so_9")


def test_copies_start_by_themselves_once_there_are_quotes(flow: Flow) -> None:
    assert choices.start_copying() == 0
    RfqFactory()
    assert choices.start_copying() == 1

    Flow.objects.filter(pk=flow.pk).update(mode=Flow.Mode.OFF)
    assert choices.start_copying() == 0


def test_fresh_copies_are_left_alone(copied: Flow) -> None:
    RfqFactory()
    ChoiceList.objects.update(as_of=timezone.now())
    assert choices.start_copying() == 0

    ChoiceList.objects.filter(kind=Kind.TERMS).update(as_of=AS_OF - timedelta(days=1))
    assert choices.start_copying() == 1
