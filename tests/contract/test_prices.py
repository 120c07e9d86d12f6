"""`PullsPrices`: lists, tiers and what single customers agreed; never zero."""

from decimal import Decimal

from integrations.ports.erp import PullsCustomers, PullsPrices
from integrations.records import ErpCustomer, ErpPrice
from integrations.sandbox.goods import CONTRACT, TIERS, Role
from tests.contract.office import Office
from tests.contract.orders import able
from tests.contract.walking import all_rows, everything, now, since

# Where an item has one price, and zero says that it has none.
PRICES_ON_ITEMS = ("odoo", "business_central")


def prices_of(office: Office, sku: str) -> list[ErpPrice]:
    rows = all_rows(able(office, PullsPrices).price_page, everything())
    return [row for row in rows if row.variant_ref == office.variant(sku)]


def audiences(office: Office, role: Role) -> set[tuple[str, str]]:
    """What this customer belongs to."""
    rows = all_rows(able(office, PullsCustomers).customer_page, everything())
    one: ErpCustomer = next(row for row in rows if row.ref == office.customer(role))
    return {
        ("everyone", ""),
        ("price_list", one.price_list_ref),
        ("customer_group", one.group_ref),
        ("customer", one.ref),
    }


def test_list_price_is_told(office: Office) -> None:
    amounts = {(row.net_unit_price, row.currency) for row in prices_of(office, "SAW-65")}

    assert (Decimal("149.00"), "EUR") in amounts


def test_tiers_of_the_general_list_hold_for_the_usual_customer(office: Office) -> None:
    theirs = audiences(office, "usual")

    for sku in {tier.sku for tier in TIERS}:
        found = {
            (row.min_quantity, row.net_unit_price)
            for row in prices_of(office, sku)
            if (row.audience, row.audience_ref) in theirs
        }
        wanted = {(tier.min_quantity, tier.net_price) for tier in TIERS if tier.sku == sku}
        assert wanted <= found


def test_agreed_prices_hold_for_their_customer_alone(office: Office) -> None:
    theirs, others = audiences(office, "contract"), audiences(office, "usual")

    for tier in CONTRACT:
        (row,) = [
            one
            for one in prices_of(office, tier.sku)
            if one.net_unit_price == tier.net_price and one.currency == "EUR"
        ]
        assert (row.audience, row.audience_ref) in theirs - others
        assert max(row.min_quantity, 1) == tier.min_quantity
        assert row.is_active


def test_every_price_is_above_zero_and_whole(office: Office) -> None:
    rows = all_rows(able(office, PullsPrices).price_page, everything())

    assert not [row for row in rows if row.problem]
    assert all(row.net_unit_price > 0 for row in rows)
    assert all(len(row.currency) == 3 and row.unit and row.min_quantity >= 0 for row in rows)
    assert all(bool(row.audience_ref) == (row.audience != "everyone") for row in rows)


def test_price_of_zero_never_comes_as_one(own_office: Office) -> None:
    """A row of the ERP says what is wrong with it; an item whose own price is zero has none."""
    adapter = able(own_office, PullsPrices)
    saw = own_office.variant("SAW-65")
    before = {row.ref for row in prices_of(own_office, "SAW-65")}
    has_rows = own_office.kind not in PRICES_ON_ITEMS
    own_office.set_price("SAW-65", Decimal(0))

    rows = all_rows(adapter.price_page, everything())

    theirs = [row for row in rows if row.variant_ref == saw]
    assert all("above zero" in row.problem for row in theirs)
    assert bool(theirs) == has_rows
    assert {row.ref for row in theirs} <= before


def test_changed_price_comes_in_the_window(own_office: Office) -> None:
    adapter = able(own_office, PullsPrices)
    began = now()
    own_office.set_price("SAW-65", Decimal("151.20"))

    rows = all_rows(adapter.price_page, since(began))

    saw = own_office.variant("SAW-65")
    assert Decimal("151.20") in {row.net_unit_price for row in rows if row.variant_ref == saw}


def test_price_keeps_its_ref(office: Office) -> None:
    adapter = able(office, PullsPrices)

    first = {row.ref for row in all_rows(adapter.price_page, everything())}
    again = {row.ref for row in all_rows(office.adapter().price_page, everything())}

    assert first == again


def test_small_pages_tell_the_same_prices(office: Office) -> None:
    adapter = able(office, PullsPrices)
    whole = {row.ref for row in all_rows(adapter.price_page, everything())}
    if hasattr(adapter, "page_size"):
        adapter.page_size = 7

    assert {row.ref for row in all_rows(adapter.price_page, everything())} == whole
