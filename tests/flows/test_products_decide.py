"""What to do with a product, and where it lives: pure rules."""

from dataclasses import replace
from decimal import Decimal

import pytest

from integrations.flows.products.address import Addressed, Seen, address
from integrations.flows.products.decide import Decision, Known, decide
from integrations.flows.products.wanted import (
    ShopTerms,
    fingerprint_of,
    first_handle,
    problem_of,
    write_of,
)
from integrations.records import ErpProduct, StorefrontProduct, StorefrontVariant
from tests.flows.erp_products import bolt, shirt, variant

TERMS = ShopTerms(
    currency="EUR", sales_channel_ids=("sc_1",), shipping_profile_id="sp_1", manage_inventory=False
)
NOTHING = Seen(products={}, holders={})

FIX = "{}: give one of the two another SKU there, or archive it"


def decided(
    *products: ErpProduct,
    known: dict[str, Known] | None = None,
    sku_owners: dict[str, frozenset[str]] | None = None,
    terms: ShopTerms = TERMS,
) -> list[Decision]:
    return decide(products, known=known or {}, sku_owners=sku_owners or {}, terms=terms)


def linked(product: ErpProduct, *, product_id: str = "prod_1") -> dict[str, Known]:
    """As if exactly this product had been written."""
    return {
        product.ref: Known(
            product_id=product_id,
            fingerprint=fingerprint_of(write_of(product, TERMS)),
            variants={one.ref: f"variant_{one.ref}" for one in product.variants},
        )
    }


# ---------------------------------------------------------------- the wanted state


def test_prices_are_left_to_the_flow_that_writes_them() -> None:
    terms = replace(TERMS, leaves_prices=True)
    one, dearer = write_of(bolt(), terms), write_of(bolt(price="21.00"), terms)

    assert one.leaves_prices
    assert one.variants[0].prices == (("EUR", Decimal("19.99")),)  # a new SKU begins with it
    assert fingerprint_of(one) == fingerprint_of(dearer)
    assert problem_of(bolt(price=None), terms) == ""


def test_simple_product_becomes_one_variant_with_its_net_price() -> None:
    write = write_of(bolt(), TERMS)

    assert write.options == ()
    assert (write.is_published, write.external_ref) == (True, "58")
    assert (write.sales_channel_ids, write.shipping_profile_id) == (("sc_1",), "sp_1")
    (only,) = write.variants
    assert (only.sku, only.external_ref) == ("BOLT", "p58")
    assert only.prices == (("EUR", Decimal("19.99")),)
    assert only.manage_inventory is False


def test_variants_bring_their_options_in_order() -> None:
    write = write_of(shirt("S", "M", "L"), TERMS)

    assert write.options == (("Size", ("S", "M", "L")),)
    assert [one.options for one in write.variants] == [
        (("Size", "S"),),
        (("Size", "M"),),
        (("Size", "L"),),
    ]


def test_inactive_variant_is_left_out() -> None:
    product = shirt("S", "M")
    gone = replace(product.variants[1], is_active=False)

    write = write_of(replace(product, variants=(product.variants[0], gone)), TERMS)

    assert [one.sku for one in write.variants] == ["SHIRT-S"]
    assert write.options == (("Size", ("S",)),)


def test_archived_product_becomes_a_draft_with_the_variants_it_has() -> None:
    product = shirt("S", "M")
    archived = replace(
        product,
        is_active=False,
        variants=tuple(replace(one, is_active=False) for one in product.variants),
    )

    write = write_of(archived, TERMS, linked_variants={product.variants[0].ref})

    assert write.is_published is False
    assert [one.sku for one in write.variants] == ["SHIRT-S"]


def test_handle_is_readable_and_unique_by_the_ref() -> None:
    one, other = write_of(bolt(ref="58"), TERMS), write_of(bolt(ref="59"), TERMS)

    assert (first_handle(one), first_handle(other)) == ("bolt-58", "bolt-59")


def test_fingerprint_ignores_the_storefronts_ids_and_nothing_else() -> None:
    write = write_of(bolt(), TERMS)
    there = replace(
        write,
        product_id="prod_1",
        handle="bolt",
        variants=(replace(write.variants[0], variant_id="variant_1"),),
    )

    assert fingerprint_of(there) == fingerprint_of(write)
    assert fingerprint_of(write_of(bolt(price="20.00"), TERMS)) != fingerprint_of(write)
    assert fingerprint_of(write_of(bolt(title="Nut"), TERMS)) != fingerprint_of(write)


@pytest.mark.parametrize(
    ("product", "problem"),
    [
        (bolt(), ""),
        (shirt("S", "M"), ""),
        (bolt(title=" "), "no title: give it a name in the ERP"),
        (bolt(sku=""), "no SKU (variant p58): give it one in the ERP"),
        (bolt(price=None), "no price for BOLT: give it a sales price in the ERP"),
        (bolt(price="0"), "no price for BOLT: give it a sales price in the ERP"),
        (
            bolt(currency="USD"),
            "priced in USD, but the shop sells in EUR: price it in EUR in the ERP, or change the "
            "flow's currency",
        ),
        (
            shirt("S", "S"),
            "two of its variants have the SKU SHIRT-S: give one of them another one in the ERP",
        ),
        (
            replace(bolt(), variants=(variant("1", "A"), variant("2", "B"))),
            "two of its variants have the same options: tell them apart, or archive one in the ERP",
        ),
        (
            replace(bolt(), variants=(variant("1", "A"), variant("2", "B", Size="S"))),
            "its variants do not have the same options: give each a value of every option in the "
            "ERP",
        ),
    ],
)
def test_product_that_cannot_be_sold_says_why(product: ErpProduct, problem: str) -> None:
    assert problem_of(product, TERMS) == problem


def test_without_a_currency_of_its_own_the_flow_takes_the_erps() -> None:
    terms = replace(TERMS, currency="")

    assert problem_of(bolt(currency="USD"), terms) == ""
    assert write_of(bolt(currency="USD"), terms).variants[0].prices[0][0] == "USD"


# ---------------------------------------------------------------- decisions


def test_new_product_is_written() -> None:
    (decision,) = decided(bolt())

    assert decision.what == "write"
    assert decision.label == "Bolt (BOLT)"


def test_unchanged_product_is_left_alone() -> None:
    (decision,) = decided(bolt(), known=linked(bolt()))

    assert decision.what == "unchanged"


def test_changed_product_is_written() -> None:
    (decision,) = decided(bolt(price="21.50"), known=linked(bolt()))

    assert decision.what == "write"


def test_archived_product_that_was_never_sold_is_left_alone() -> None:
    (decision,) = decided(bolt(is_active=False))

    assert decision.what == "unchanged"


def test_archived_product_is_taken_off_sale_even_without_a_price() -> None:
    (decision,) = decided(bolt(is_active=False, price=None), known=linked(bolt()))

    assert decision.what == "write"
    assert decision.write is not None
    assert decision.write.is_published is False


def test_two_products_with_one_sku_are_both_skipped() -> None:
    decisions = decided(bolt(ref="58"), bolt(ref="59"), bolt(ref="60", sku="NUT"))

    assert [one.what for one in decisions] == ["skip", "skip", "write"]
    assert decisions[0].reason == FIX.format("SKU BOLT also belongs to product 59 of the ERP")
    assert decisions[1].reason == FIX.format("SKU BOLT also belongs to product 58 of the ERP")


def test_archived_double_does_not_stop_its_sku() -> None:
    decisions = decided(bolt(ref="58", is_active=False), bolt(ref="59"))

    assert [one.what for one in decisions] == ["unchanged", "write"]


def test_sku_that_is_sold_already_is_not_sold_twice() -> None:
    (decision,) = decided(bolt(), sku_owners={"BOLT": frozenset({"p77"})})

    assert decision.what == "skip"
    assert decision.reason == FIX.format("SKU BOLT is already sold as variant p77 of the ERP")


def test_sku_that_moved_to_another_product_is_no_clash() -> None:
    renamed = bolt(ref="77", sku="OLD-BOLT")

    decisions = decided(bolt(), renamed, sku_owners={"BOLT": frozenset({"p77"})})

    assert [one.what for one in decisions] == ["write", "write"]


# ---------------------------------------------------------------- addresses


def addressed(product: ErpProduct, seen: Seen, known: Known | None = None) -> Addressed:
    (decision,) = decided(product)
    return address(decision, seen, known)


def in_shop(product_id: str, ref: str, **variant_ids: str) -> StorefrontProduct:
    return StorefrontProduct(
        product_id=product_id,
        external_ref=ref,
        handle="whatever",
        title="",
        variants=tuple(
            StorefrontVariant(variant_id=one, sku=sku.replace("_", "-"), title="")
            for sku, one in variant_ids.items()
        ),
    )


def test_product_that_is_nowhere_is_created_with_a_handle() -> None:
    found = addressed(bolt(), NOTHING)

    assert found.is_new
    assert found.write is not None
    assert found.write.handle == "bolt-58"


def test_product_of_a_lost_answer_is_adopted() -> None:
    seen = Seen(products={"58": [in_shop("prod_9", "58", BOLT="variant_9")]}, holders={})

    found = addressed(bolt(), seen)

    assert found.write is not None
    assert (found.write.product_id, found.write.variants[0].variant_id) == ("prod_9", "variant_9")
    assert found.write.handle == ""


def test_two_products_with_the_same_erp_id_are_left_to_a_person() -> None:
    seen = Seen(products={"58": [in_shop("prod_1", "58"), in_shop("prod_2", "58")]}, holders={})

    found = addressed(bolt(), seen)

    assert found.write is None
    assert "prod_1, prod_2" in found.reason


def test_link_decides_between_two_products_with_the_same_erp_id() -> None:
    seen = Seen(products={"58": [in_shop("prod_1", "58"), in_shop("prod_2", "58")]}, holders={})

    found = addressed(bolt(), seen, Known(product_id="prod_2", fingerprint=""))

    assert found.write is not None
    assert found.write.product_id == "prod_2"


def test_foreign_product_with_the_same_sku_is_not_taken_over() -> None:
    found = addressed(bolt(), Seen(products={}, holders={"BOLT": ("variant_5", "prod_5")}))

    assert found.write is None
    assert "SKU BOLT is already in the storefront, in product prod_5" in found.reason


def test_product_linked_by_hand_gets_its_variants_by_sku() -> None:
    seen = Seen(products={}, holders={"BOLT": ("variant_5", "prod_5")})

    found = addressed(bolt(), seen, Known(product_id="prod_5", fingerprint=""))

    assert found.write is not None
    assert found.write.variants[0].variant_id == "variant_5"


def test_variant_whose_sku_changed_keeps_its_id() -> None:
    seen = Seen(products={"58": [in_shop("prod_1", "58", BOLT="variant_1")]}, holders={})
    known = Known(product_id="prod_1", fingerprint="", variants={"p58": "variant_1"})

    found = addressed(bolt(sku="BOLT-2"), seen, known)

    assert found.write is not None
    assert found.write.variants[0].variant_id == "variant_1"


def test_variant_that_is_gone_from_the_product_is_sent_as_new() -> None:
    seen = Seen(products={"58": [in_shop("prod_1", "58", SHIRT_S="variant_s")]}, holders={})
    known = Known(product_id="prod_1", fingerprint="", variants={"p58-M": "variant_gone"})

    found = addressed(replace(shirt("S", "M"), ref="58"), seen, known)

    assert found.write is not None
    assert [one.variant_id for one in found.write.variants] == ["variant_s", None]
