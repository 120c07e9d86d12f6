"""Finding the ERP's counterparts: by link, never by guess, and all gaps told at once."""

from dataclasses import replace

import pytest

from integrations.errors import NeedsOperator
from integrations.flows.links import bind
from integrations.flows.orders.resolve import resolve
from integrations.models import Connection, IdLink
from integrations.records import StorefrontOrder
from tests.factories import AccountFactory, BuyerFactory, ConnectionFactory
from tests.flows.shop_orders import Item, shop_order

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Connection:
    return ConnectionFactory(name="Shop")


@pytest.fixture
def erp() -> Connection:
    return ConnectionFactory(erp=True, name="ERP")


@pytest.fixture
def order(shop: Connection, erp: Connection) -> StorefrontOrder:
    """Two parts and freight; everything is linked."""
    placed = shop_order(Item("10"), Item("5"), Item("9.90", kind="shipping"))
    lines = (
        *placed.lines[:2],
        replace(placed.lines[2], variant_id=None, shipping_option_id="so_1"),
    )
    bind(IdLink.Kind.CUSTOMER, shop, "cus_1", erp, "46", actor="test")
    bind(IdLink.Kind.TAX, shop, lines[0].taxes[0].code, erp, "1", actor="test")
    bind(IdLink.Kind.SHIPPING, shop, "so_1", erp, "78", actor="test")
    for number in (1, 2):
        bind(IdLink.Kind.VARIANT, erp, f"6{number}", shop, f"variant_{number}", actor="test")
    return replace(placed, lines=lines)


def refusal(order: StorefrontOrder, shop: Connection, erp: Connection) -> NeedsOperator:
    with pytest.raises(NeedsOperator) as caught:
        resolve(order, storefront=shop, erp=erp)
    return caught.value


def test_everything_linked_is_found(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    found = resolve(order, storefront=shop, erp=erp)

    assert found.customer_ref == "46"
    assert set(found.products.values()) == {"61", "62", "78"}
    assert set(found.taxes.values()) == {"1"}


@pytest.mark.parametrize(
    ("kind", "reason", "says", "hint"),
    [
        (
            "customer",
            "customer_unlinked",
            "buyer@acme.example has no counterpart in ERP",
            "customer link from cus_1",
        ),
        ("tax", "tax_unlinked", "(19 %) has no counterpart in ERP", "tax mapping"),
        ("variant", "sku_unlinked", "SKU SKU-1 has no counterpart in ERP", "products flow"),
        (
            "shipping",
            "shipping_unlinked",
            "has no counterpart in ERP",
            "shipping method mapping from so_1",
        ),
    ],
)
def test_what_has_no_counterpart_is_named_with_what_to_do(
    order: StorefrontOrder,
    shop: Connection,
    erp: Connection,
    kind: str,
    reason: str,
    says: str,
    hint: str,
) -> None:
    IdLink.objects.filter(kind=kind).delete()

    error = refusal(order, shop, erp)

    assert error.reason == reason
    assert says in error.message
    assert hint in error.hint
    assert "requeue" in error.hint


def test_all_that_an_order_lacks_is_told_at_once(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    IdLink.objects.all().delete()

    error = refusal(order, shop, erp)

    for part in ("buyer@acme.example", "19 %", "SKU-1", "SKU-2", "Part 3"):
        assert part in error.message


def test_a_buyer_of_a_linked_company_needs_no_link_of_their_own(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    bind(IdLink.Kind.ACCOUNT, shop, "cusgroup_1", erp, "50", actor="test")
    buyer = replace(order, customer_id="cus_2", group_ids=("cusgroup_1",))

    assert resolve(buyer, storefront=shop, erp=erp).customer_ref == "50"


def test_a_buyer_known_to_the_portal_brings_the_company_along(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    bind(IdLink.Kind.ACCOUNT, shop, "cusgroup_1", erp, "50", actor="test")
    account = AccountFactory(storefront_group_id="cusgroup_1")
    BuyerFactory(account=account, storefront_customer_id="cus_3")

    found = resolve(replace(order, customer_id="cus_3"), storefront=shop, erp=erp)

    assert found.customer_ref == "50"


def test_two_companies_of_one_buyer_are_a_tie_and_nobody_guesses(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    bind(IdLink.Kind.ACCOUNT, shop, "cusgroup_1", erp, "50", actor="test")
    bind(IdLink.Kind.ACCOUNT, shop, "cusgroup_2", erp, "52", actor="test")
    buyer = replace(order, customer_id="cus_2", group_ids=("cusgroup_1", "cusgroup_2"))

    assert refusal(buyer, shop, erp).reason == "customer_ambiguous"


def test_a_guest_without_a_link_is_held(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    assert refusal(replace(order, customer_id=None), shop, erp).reason == "customer_unlinked"


def test_one_service_product_may_serve_all_shipping_methods(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    IdLink.objects.filter(kind="shipping").delete()
    erp.settings = {"shipping_product_ref": "99"}

    assert "99" in resolve(order, storefront=shop, erp=erp).products.values()


def typed_in(order: StorefrontOrder, *, sku: str = "") -> StorefrontOrder:
    """The first line names no variant."""
    first = replace(order.lines[0], variant_id=None, sku=sku, title="Welded frame")
    return replace(order, lines=(first, *order.lines[1:]))


def test_free_text_becomes_the_product_that_the_connection_names(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    told = refusal(typed_in(order), shop, erp)
    erp.settings = {"free_text_product_ref": "77"}

    found = resolve(typed_in(order), storefront=shop, erp=erp)

    assert told.reason == "free_text_unlinked"
    assert "enter its id on the connection" in told.hint
    assert found.products[order.lines[0].line_id] == "77"


def test_line_with_a_sku_alone_is_found_by_it_and_never_by_the_product_of_free_text(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    erp.settings = {"free_text_product_ref": "77"}
    typed = typed_in(order, sku="FRAME-9")
    told = refusal(typed, shop, erp)
    bind(IdLink.Kind.VARIANT, erp, "31", shop, "variant_31", actor="test", label="FRAME-9")

    found = resolve(typed, storefront=shop, erp=erp)

    assert (told.reason, "SKU FRAME-9" in told.message) == ("sku_unlinked", True)
    assert found.products[order.lines[0].line_id] == "31"


def test_sku_of_two_products_is_not_guessed(
    order: StorefrontOrder, shop: Connection, erp: Connection
) -> None:
    for number in ("31", "32"):
        ref = f"variant_{number}"
        bind(IdLink.Kind.VARIANT, erp, number, shop, ref, actor="test", label="FRAME-9")

    assert refusal(typed_in(order, sku="FRAME-9"), shop, erp).reason == "sku_unlinked"
