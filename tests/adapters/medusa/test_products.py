"""Writing and finding products, and what is refused before Medusa would swallow it."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import Conflict, NeedsOperator, OutcomeUnknown, Rejected
from integrations.records import CategoryWrite, ProductWrite, StorefrontProduct, VariantWrite


def variant(sku: str, *options: tuple[str, str], **more: Any) -> VariantWrite:
    return VariantWrite(
        **{
            "variant_id": None,
            "external_ref": f"erp-{sku}",
            "sku": sku,
            "title": sku,
            "barcode": "",
            "options": options,
            "prices": (("EUR", Decimal("19.99")),),
            "manage_inventory": False,
            **more,
        }
    )


def product(standin: MedusaStandIn, ref: str, **more: Any) -> ProductWrite:
    return ProductWrite(
        **{
            "product_id": None,
            "external_ref": ref,
            "handle": f"hose-{ref}",
            "title": f"Hose {ref}",
            "description": "Hydraulic hose",
            "is_published": True,
            "options": (),
            "variants": (variant(f"SKU-{ref}"),),
            "sales_channel_ids": (standin.shop.sales_channel_id,),
            "shipping_profile_id": standin.shop.shipping_profile_id,
            **more,
        }
    )


def again(written: StorefrontProduct, wanted: ProductWrite, **more: Any) -> ProductWrite:
    """The wanted state of a product that exists: its ids filled in by SKU."""
    ids = {one.sku: one.variant_id for one in written.variants}
    fields = {name: getattr(wanted, name) for name in wanted.__slots__}
    fields |= {"product_id": written.product_id, **more}
    fields["variants"] = tuple(
        VariantWrite(
            **{
                **{name: getattr(one, name) for name in one.__slots__},
                "variant_id": ids.get(one.sku),
            }
        )
        for one in fields["variants"]
    )
    return ProductWrite(**fields)


def prices_of(standin: MedusaStandIn, product_id: str) -> list[tuple[str, Decimal]]:
    (only,) = standin.products[product_id]["variants"]
    return [(price["currency_code"], price["amount"]) for price in only["prices"]]


def test_simple_product_is_created_and_can_be_bought(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    (written,) = adapter.write_products([product(standin, "a")])

    assert (written.external_ref, written.handle) == ("a", "hose-a")
    assert [one.sku for one in written.variants] == ["SKU-a"]
    assert standin.place_order([("SKU-a", 1)])


def test_create_and_update_travel_in_one_call_and_come_back_in_order(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    first = product(standin, "a")
    (there,) = adapter.write_products([first])

    written = adapter.write_products(
        [product(standin, "b"), again(there, first, title="Renamed"), product(standin, "c")]
    )

    assert [one.title for one in written] == ["Hose b", "Renamed", "Hose c"]
    assert len(standin.worked("products.batch")) == 2


def names_of(product: StorefrontProduct) -> list[tuple[str, str, str]]:
    return [(one.variant_id, one.sku, one.title) for one in product.variants]


def test_unchanged_variants_keep_their_ids_and_a_missing_one_goes(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    sizes = (("Size", ("S", "M")),)
    both = (variant("T-S", ("Size", "S")), variant("T-M", ("Size", "M")))
    wanted = product(standin, "t", options=sizes, variants=both)
    (there,) = adapter.write_products([wanted])

    (written,) = adapter.write_products([again(there, wanted, variants=both[:1])])

    assert names_of(written) == names_of(there)[:1]


def counted(standin: MedusaStandIn) -> ProductWrite:
    """In two sizes, whose stock the store counts."""
    both = tuple(
        replace(variant(f"T-{size}", ("Size", size)), manage_inventory=True) for size in ("S", "M")
    )
    return product(standin, "t", options=(("Size", ("S", "M")),), variants=both)


def test_dropped_variant_leaves_no_inventory_item_and_may_come_back(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = counted(standin)
    (there,) = adapter.write_products([wanted])

    (small,) = adapter.write_products([again(there, wanted, variants=wanted.variants[:1])])
    assert set(standin.catalogue.stock) == {"T-S"}

    (back,) = adapter.write_products([again(small, wanted)])
    assert {one.sku for one in back.variants} == {"T-S", "T-M"}
    assert set(standin.catalogue.stock) == {"T-S", "T-M"}


def test_dropped_variant_that_an_order_waits_for_is_sold_no_more(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = counted(standin)
    (there,) = adapter.write_products([wanted])
    standin.set_stock("T-M", 5)
    standin.place_order([("T-M", 2)])

    (written,) = adapter.write_products([again(there, wanted, variants=wanted.variants[:1])])

    assert [one.sku for one in written.variants] == ["T-S"]
    assert standin.catalogue.stock["T-M"]["reserved"] == 2


def test_new_option_value_is_added_before_its_variant(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    small = variant("T-S", ("Size", "S"))
    wanted = product(standin, "t", options=(("Size", ("S",)),), variants=(small,))
    (there,) = adapter.write_products([wanted])

    more = {
        "options": (("Size", ("S", "XL")),),
        "variants": (small, variant("T-XL", ("Size", "XL"))),
    }
    (written,) = adapter.write_products([again(there, wanted, **more)])

    assert [one.sku for one in written.variants] == ["T-S", "T-XL"]
    assert len(standin.worked("products.options")) == 1


def test_new_option_on_an_existing_product_is_refused_with_a_way_out(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = product(standin, "a")
    (there,) = adapter.write_products([wanted])
    coloured = {
        "options": (("Colour", ("red",)),),
        "variants": (variant("SKU-a", ("Colour", "red")),),
    }

    with pytest.raises(Rejected, match="has no option 'Colour'") as refused:
        adapter.write_products([again(there, wanted, **coloured)])

    assert "Delete the product" in refused.value.hint


def test_price_travels_digit_for_digit_as_a_number(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    price = (("JPY", Decimal("1999")), ("EUR", Decimal("0.1234567890123")))

    (written,) = adapter.write_products(
        [product(standin, "a", variants=(variant("SKU-a", prices=price),))]
    )

    assert prices_of(standin, written.product_id) == [
        ("jpy", 1999),
        ("eur", Decimal("0.1234567890123")),
    ]


def test_unpublished_product_is_a_draft(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    (written,) = adapter.write_products([product(standin, "a", is_published=False)])

    assert standin.products[written.product_id]["status"] == "draft"


def test_archived_product_is_taken_off_sale_whatever_else_changed_in_the_erp(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = product(standin, "a")
    (there,) = adapter.write_products([wanted])
    archived = {
        "is_published": False,
        "title": "",
        "options": (("Colour", ("red",)),),
        "variants": (variant("SKU-other", ("Colour", "red"), variant_id="variant_gone"),),
    }

    (written,) = adapter.write_products([again(there, wanted, **archived)])

    sent = json.loads(standin.worked("products.batch")[-1].body)
    assert sent["update"] == [{"id": there.product_id, "status": "draft"}]
    assert standin.products[there.product_id]["status"] == "draft"
    assert names_of(written) == names_of(there)


def test_channels_that_the_merchant_chose_stay(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = product(standin, "a")
    (there,) = adapter.write_products([wanted])
    chosen = [{"id": standin.shop.sales_channel_id}, {"id": "sc_of_the_merchant"}]
    standin.products[there.product_id]["sales_channels"] = chosen

    adapter.write_products([again(there, wanted, title="Renamed")])
    adapter.write_products([again(there, wanted, sales_channel_ids=())])

    assert standin.products[there.product_id]["sales_channels"] == chosen


def test_new_product_without_a_channel_names_none(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    adapter.write_products([product(standin, "a", sales_channel_ids=())])

    sent = json.loads(standin.worked("products.batch")[0].body)
    assert "sales_channels" not in sent["create"][0]


def test_net_price_is_not_written_where_prices_include_tax(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.shop.tax_inclusive.add("eur")
    in_dollars = variant("SKU-b", prices=(("USD", Decimal(21)),))
    adapter.write_products([product(standin, "b", variants=(in_dollars,))])

    with pytest.raises(NeedsOperator, match="Prices in EUR include tax") as refused:
        adapter.write_products([product(standin, "a")])

    assert "tax-inclusive pricing off for EUR" in refused.value.hint
    assert adapter.find_products(["a"]) == []


def test_two_variants_without_barcode_do_not_collide(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    adapter.write_products([product(standin, "a"), product(standin, "b")])

    sent = json.loads(standin.worked("products.batch")[0].body)
    assert [row["variants"][0]["barcode"] for row in sent["create"]] == [None, None]


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"title": " "}, "no title"),
        ({"variants": ()}, "no variant"),
        ({"variants": (variant("S", prices=(("ZZZ", Decimal(1)),)),)}, "does not sell in ZZZ"),
        ({"variants": (variant("S", prices=(("EUR", Decimal(-1)),)),)}, "negative price"),
        ({"sales_channel_ids": ("sc_unknown",)}, "no sales channel sc_unknown"),
        ({"options": (("Size", ("S",)),)}, "no value for one of the options"),
    ],
)
def test_what_medusa_would_swallow_is_not_sent(
    more: dict[str, Any], words: str, standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    with pytest.raises(Rejected, match=words):
        adapter.write_products([product(standin, "a"), product(standin, "b", **more)])

    assert standin.worked("products.batch") == []


def test_foreign_variant_id_is_a_conflict_and_deletes_nothing(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    wanted = product(standin, "a")
    (there,) = adapter.write_products([wanted])
    stale = again(there, wanted, variants=(variant("SKU-a"),))
    stale = ProductWrite(
        **{
            **{name: getattr(stale, name) for name in stale.__slots__},
            "variants": (variant("SKU-a", variant_id="variant_gone"),),
        }
    )

    with pytest.raises(Conflict, match="does not belong to product"):
        adapter.write_products([stale])

    assert len(standin.products[there.product_id]["variants"]) == 1


def test_product_that_was_deleted_over_there_is_a_conflict(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    with pytest.raises(Conflict, match="no longer in the storefront"):
        adapter.write_products([product(standin, "a", product_id="prod_gone")])


def test_one_bad_row_refuses_all_and_writes_nothing(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    adapter.write_products([product(standin, "a")])

    with pytest.raises(Rejected, match="Product with handle: hose-a, already exists"):
        adapter.write_products([product(standin, "b"), product(standin, "c", handle="hose-a")])

    assert adapter.find_products(["b", "c"]) == []


def test_lost_answer_leaves_products_that_can_be_found(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    standin.dials.set("lose_answer", only="products.batch", times=1)

    with pytest.raises(OutcomeUnknown):
        adapter.write_products([product(standin, "a")])

    assert [one.external_ref for one in adapter.find_products(["a"])] == ["a"]


def test_products_with_the_same_erp_ref_are_all_found(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    twin = product(standin, "a", handle="hose-twin", variants=(variant("SKU-twin"),))
    adapter.write_products([product(standin, "a"), twin, product(standin, "b")])

    assert [one.handle for one in adapter.find_products(["a"])] == ["hose-a", "hose-twin"]


def test_many_skus_are_resolved_in_few_calls(
    standin: MedusaStandIn, adapter: MedusaAdapter
) -> None:
    skus = [f"BOLT/{number:04d} ü" for number in range(450)]
    for sku in skus:
        standin.add_product(sku, {"eur": 1})

    found = adapter.find_variants([*skus, "unknown"])

    assert len(found) == 450
    assert {sku for sku, _, _ in found} == set(skus)
    assert len(standin.worked("variants.list")) == 3


def test_settings_of_the_shop_are_read_once(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    for ref in "abc":
        adapter.write_products([product(standin, ref)])

    for name in ("stores.list", "sales_channels.list", "price_preferences.list"):
        assert len(standin.worked(name)) == 1


def test_nothing_to_write_calls_nobody(standin: MedusaStandIn, adapter: MedusaAdapter) -> None:
    assert adapter.write_products([]) == []
    assert standin.log == []


def test_everything_there_is_comes_in_pages(adapter: MedusaAdapter, standin: MedusaStandIn) -> None:
    for number in range(502):
        standin.add_product(f"N{number}", {"eur": "1"}, title=f"Nut {number}")

    first = adapter.all_products(None)
    second = adapter.all_products(first.next_cursor)

    assert (len(first.rows), second.next_cursor) == (500, None)
    found = [*first.rows, *second.rows]
    assert {one.variants[0].sku for one in found} >= {f"N{number}" for number in range(502)}
    assert len({one.product_id for one in found}) == len(found)


def test_category_is_made_found_and_changed(adapter: MedusaAdapter) -> None:
    write = CategoryWrite(category_id=None, external_ref="7", name="Tools", parent_id="")
    tools = adapter.write_category(write)
    below = CategoryWrite(
        category_id=None, external_ref="8", name="Drills", parent_id=tools.category_id
    )
    drills = adapter.write_category(below)

    adapter.write_category(
        replace(below, category_id=drills.category_id, name="Drilling", parent_id="")
    )

    assert sorted((one.external_ref, one.name, one.parent_id) for one in adapter.categories()) == [
        ("7", "Tools", ""),
        ("8", "Drilling", ""),
    ]


def test_category_below_itself_is_refused(adapter: MedusaAdapter) -> None:
    write = CategoryWrite(category_id=None, external_ref="7", name="Tools", parent_id="")
    tools = adapter.write_category(write).category_id

    with pytest.raises(Rejected):
        adapter.write_category(replace(write, category_id=tools, parent_id=tools))


def test_unknown_sales_channel_is_refused_before_sending(
    adapter: MedusaAdapter, standin: MedusaStandIn
) -> None:
    wanted = product(standin, "9", sales_channel_ids=("sc_unknown",))

    with pytest.raises(Rejected, match="There is no sales channel sc_unknown"):
        adapter.write_products([wanted])

    assert not standin.worked("products.batch")
