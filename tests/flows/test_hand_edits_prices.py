"""A hand's edit of prices and price lists: told with both values, put back if the flow says so."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, PortalError
from integrations.flows.ownership import leave_edit, put_back_edit
from integrations.models import HandEdit, IdLink, Issue, PriceRow
from integrations.records import ErpPrice
from tests.flows.erp_prices import price
from tests.flows.pricing_desk import DEALERS, OWN, Desk, prices_flow

pytestmark = pytest.mark.django_db(transaction=True)

BOOK: tuple[ErpPrice, ...] = (
    price("BOLT", "9.90"),
    price("BOLT", "8.80", at=10),
    price("NUT", "0.00125", currency="USD"),
    price("BOLT", "8.50", DEALERS),
    price("BOLT", "7.00", DEALERS, at=100),
    price("NUT", "0.90", DEALERS),
    price("BOLT", "8.00", OWN),
)


@pytest.fixture
def medusa() -> Iterator[MedusaStandIn]:
    with MedusaStandIn() as server:
        server.add_product("BOLT", {"eur": "10.00"})
        server.add_product("NUT", {"eur": "1.00"})
        yield server


@pytest.fixture
def desk(medusa: MedusaStandIn) -> Desk:
    made = Desk(medusa, prices_flow(medusa, "BOLT", "NUT"))
    made.sync(*BOOK)
    return made


def again(desk: Desk, *book: ErpPrice) -> None:
    """A complete reading, in which the ERP says the same unless told otherwise."""
    desk.sync(*(book or BOOK))


def puts_back(desk: Desk) -> None:
    desk.flow.settings = {"hand_edits": "put_back"}
    desk.flow.save()


def listed_row(desk: Desk, amount: str) -> dict[str, object]:
    """The row of a price list by what it asks for."""
    rows = desk.medusa.price_lists.prices.values()
    return next(row for row in rows if row["amount"] == Decimal(amount))


def list_of(desk: Desk, ref: str) -> dict[str, object]:
    link = IdLink.objects.get(kind="price_list", source_ref__startswith=ref)
    return desk.medusa.price_lists.rows[link.target_ref]


def only_edit() -> HandEdit:
    return HandEdit.objects.get()


def test_our_own_prices_that_are_read_back_are_no_edits(desk: Desk) -> None:
    again(desk)

    assert not HandEdit.objects.exists()
    assert not Issue.objects.exists()


def test_price_on_both_sides_of_a_promotion_is_no_edit(desk: Desk) -> None:
    today = datetime.now(UTC).date()
    days = (today, today)
    steps = (price("NUT", 5, at=10, days=days), price("NUT", 9, at=20, days=days))
    book = (*BOOK, price("NUT", 7), *steps)
    desk.sync(*book)

    again(desk, *book)

    assert not HandEdit.objects.exists()


def test_own_price_of_a_variant_is_told_with_both_values(desk: Desk) -> None:
    variant_id = desk.medusa.catalogue.variant_id_of("BOLT")
    cheap = [{"currency_code": "eur", "amount": Decimal(1)}]
    desk.medusa.catalogue.update_variants([{"id": variant_id, "prices": cheap}])

    again(desk)

    found = only_edit()
    assert (found.label, found.state) == ("BOLT", "open")
    assert found.changes == [["price EUR", "9.9 EUR from 1 to 9 / 8.8 EUR from 10", "1 EUR"]]
    assert "1 record was edited by hand" in Issue.objects.get(state="open").title
    assert desk.pays("", "BOLT", 1) == 1


def test_prices_that_are_not_ours_on_a_variant_are_no_edit(desk: Desk) -> None:
    variant_id = desk.medusa.catalogue.variant_id_of("BOLT")
    _, variant = desk.medusa.catalogue.variant(variant_id) or ({}, {})
    region = {"region_id": desk.medusa.shop.region_ids["eur"]}
    own = [
        {"id": one["id"], "currency_code": one["currency_code"], "amount": one["amount"]}
        | {name: one[name] for name in ("min_quantity", "max_quantity")}
        for one in variant["prices"]
    ]
    more = [
        {"currency_code": "eur", "amount": Decimal(5), "rules": region},
        {"currency_code": "jpy", "amount": Decimal(900)},
    ]
    desk.medusa.catalogue.update_variants([{"id": variant_id, "prices": [*own, *more]}])

    again(desk)

    assert not HandEdit.objects.exists()


def test_variants_prices_are_put_back_where_the_flow_says_so(desk: Desk) -> None:
    puts_back(desk)
    variant_id = desk.medusa.catalogue.variant_id_of("BOLT")
    cheap = [{"currency_code": "eur", "amount": Decimal(1)}]
    desk.medusa.catalogue.update_variants([{"id": variant_id, "prices": cheap}])

    again(desk)

    assert (only_edit().state, only_edit().ended_by) == ("put_back", "portal")
    assert [desk.pays("", "BOLT", n) for n in (9, 10)] == [Decimal("9.9"), Decimal("8.8")]
    assert not Issue.objects.filter(state="open").exists()
    again(desk)
    assert HandEdit.objects.count() == 1


def test_prices_of_a_list_are_told_changed_deleted_and_added(desk: Desk) -> None:
    listed_row(desk, "8.50")["amount"] = Decimal("3.00")
    tier = listed_row(desk, "7.00")
    del desk.medusa.price_lists.prices[str(tier["id"])]
    nut = {"currency_code": "eur", "amount": Decimal("0.5"), "min_quantity": 50}
    desk.medusa.price_lists.batch(
        str(tier["list_id"]),
        {"create": [{**nut, "variant_id": desk.medusa.catalogue.variant_id_of("NUT")}]},
    )

    again(desk)

    assert only_edit().changes == [
        ["BOLT price", "8.5 EUR from 1 to 99", "3 EUR from 1 to 99"],
        ["BOLT price", "7 EUR from 100", "deleted"],
        ["NUT price", "", "0.5 EUR from 50"],
    ]


def test_person_puts_a_list_back(desk: Desk) -> None:
    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    test_prices_of_a_list_are_told_changed_deleted_and_added(desk)

    put_back_edit(only_edit(), actor="olga", reason="not agreed")

    assert only_edit().state == "put_back"
    assert [desk.pays(dealer, "BOLT", n) for n in (1, 100)] == [Decimal("8.5"), 7]
    assert desk.pays(dealer, "NUT", 50) == Decimal("0.9")
    again(desk)
    assert HandEdit.objects.count() == 1
    assert not PriceRow.objects.filter(is_in_doubt=True).exists()


def test_rule_status_and_days_of_a_list_are_told(desk: Desk) -> None:
    held = list_of(desk, DEALERS)
    held |= {"rules": {}, "ends_at": "2026-01-01T00:00:00.000Z"}
    group = desk.group(DEALERS)

    again(desk)

    assert only_edit().changes == [
        ["customers", f"group {group}", "everyone"],
        ["status", "active", "draft"],  # the portal takes such a list off sale at once
        ["days", "ever to ever", "ever to 2026-01-01 00:00 UTC"],
    ]
    assert held["status"] == "draft"


def test_list_is_put_back_with_its_rule_before_it_is_active(desk: Desk) -> None:
    puts_back(desk)
    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    held = list_of(desk, DEALERS)
    held |= {"rules": {}, "ends_at": "2026-01-01T00:00:00.000Z"}

    again(desk)

    assert only_edit().state == "put_back"
    assert held["rules"] == {"customer.groups.id": [desk.group(DEALERS)]}
    assert (held["status"], held["ends_at"]) == ("active", None)
    assert (desk.pays(dealer, "BOLT", 1), desk.pays("", "BOLT", 1)) == (
        Decimal("8.5"),
        Decimal("9.9"),
    )
    assert not Issue.objects.filter(state="open").exists()


def test_list_that_somebody_set_to_draft_is_told_and_may_stay(desk: Desk) -> None:
    held = list_of(desk, OWN)
    held["status"] = "draft"
    again(desk)
    assert only_edit().changes == [["status", "active", "draft"]]

    leave_edit(only_edit(), actor="olga", reason="negotiating")
    again(desk)

    assert [one.state for one in HandEdit.objects.all()] == ["left"]
    assert held["status"] == "draft"


def test_list_that_was_deleted_is_told_and_made_anew(desk: Desk) -> None:
    desk.medusa.price_lists.delete(str(list_of(desk, DEALERS)["id"]))

    again(desk)

    found = only_edit()
    assert found.changes == [["price list", "in the storefront", "deleted"]]
    assert (found.state, found.link) == ("put_back", None)
    again(desk)
    assert desk.pays(desk.buyer("dealer@buyer.test", DEALERS), "BOLT", 1) == Decimal("8.5")


def test_price_that_moved_in_the_erp_meanwhile_is_not_put_back(desk: Desk) -> None:
    listed_row(desk, "8.00")["amount"] = Decimal("3.00")
    again(desk)
    PriceRow.objects.filter(audience="customer").update(net_unit_price=Decimal("7.5"))

    with pytest.raises(NeedsOperator, match="1 price of .* changed in the ERP since"):
        put_back_edit(only_edit(), actor="olga", reason="not agreed")

    assert only_edit().state == "open"
    assert listed_row(desk, "3.00")


def test_change_of_the_erp_ends_an_open_edit_of_its_price(desk: Desk) -> None:
    listed_row(desk, "8.00")["amount"] = Decimal("3.00")
    again(desk)

    again(desk, *BOOK[:-1], price("BOLT", "7.50", OWN))

    assert only_edit().state == "gone"
    assert listed_row(desk, "7.50")


def test_flow_that_does_not_write_puts_nothing_back(desk: Desk) -> None:
    listed_row(desk, "8.00")["amount"] = Decimal("3.00")
    again(desk)
    desk.flow.mode = "shadow"
    desk.flow.save()

    with pytest.raises(PortalError, match="No live flow owns the prices"):
        put_back_edit(only_edit(), actor="olga", reason="not agreed")

    assert only_edit().state == "open"


def test_flow_that_is_told_not_to_look_does_not(desk: Desk) -> None:
    desk.flow.settings = {"hand_edits": "off"}
    listed_row(desk, "8.00")["amount"] = Decimal("3.00")
    calls = [one.path for one in desk.medusa.log]

    again(desk)

    fresh = [one.path for one in desk.medusa.log][len(calls) :]
    assert not HandEdit.objects.exists()
    assert not any(path.endswith("/prices") for path in fresh)


def test_look_costs_few_calls(desk: Desk) -> None:
    calls = len(desk.medusa.log)
    again(desk)
    with_look = len(desk.medusa.log) - calls
    desk.flow.settings = {"hand_edits": "off"}
    calls = len(desk.medusa.log)
    again(desk)

    # The variants' prices, the two lists, and the prices of each.
    assert with_look - (len(desk.medusa.log) - calls) <= 5


def test_what_this_very_run_wrote_is_not_looked_at(medusa: MedusaStandIn) -> None:
    desk = Desk(medusa, prices_flow(medusa, "BOLT", "NUT"))
    desk.sync(*BOOK)
    medusa.log.clear()
    changed = [replace(one, net_unit_price=one.net_unit_price * 2) for one in BOOK]

    desk.sync(*changed)

    reads = [one.path for one in medusa.log if one.method == "GET"]
    assert not any(path.endswith("/prices") for path in reads)


def test_list_of_which_only_some_prices_were_written_is_looked_at(desk: Desk) -> None:
    listed_row(desk, "7.00")["amount"] = Decimal("3.00")

    again(desk, *BOOK[:3], price("BOLT", "8.40", DEALERS), *BOOK[4:])

    assert only_edit().changes == [["BOLT price", "7 EUR from 100", "3 EUR from 100"]]


def test_other_prices_of_a_deleted_list_come_back_when_one_of_them_makes_it_anew(
    desk: Desk,
) -> None:
    desk.flow.settings = {}
    desk.medusa.price_lists.delete(str(list_of(desk, DEALERS)["id"]))
    book = [price("BOLT", "8.40", DEALERS), *(one for one in BOOK if one.ref != BOOK[3].ref)]

    desk.sync(book[0], changes_only=True)
    again(desk, *book)

    dealer = desk.buyer("dealer@buyer.test", DEALERS)
    assert (desk.pays(dealer, "BOLT", 1), desk.pays(dealer, "NUT", 1)) == (
        Decimal("8.4"),
        Decimal("0.9"),
    )
