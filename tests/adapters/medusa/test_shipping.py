"""Regions and ways of shipping, as the recordings show them."""

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.adapters.medusa.shipping import to_option, to_region
from integrations.ports import ListsShipping
from integrations.records import ShippingOption, StorefrontRegion


def test_regions_have_a_currency_and_countries(
    adapter: MedusaAdapter, standin: MedusaStandIn
) -> None:
    regions = {one.ref: one for one in adapter.regions()}

    assert isinstance(adapter, ListsShipping)
    assert set(regions) == set(standin.shop.region_ids.values())
    europe = regions[standin.shop.region_ids["eur"]]
    assert europe.currency == "EUR"
    assert "DE" in europe.countries


def test_way_of_sending_goods_back_is_left_out(
    adapter: MedusaAdapter, standin: MedusaStandIn
) -> None:
    [option] = adapter.shipping_options()

    assert (option.ref, option.name) == (standin.shop.shipping_option_id, "Standard")
    assert option.zone


def test_what_medusa_left_out_is_empty() -> None:
    assert to_option({"id": "so_1", "name": "Standard"}) == ShippingOption(
        ref="so_1", name="Standard", zone=""
    )
    assert to_region({"id": "reg_1", "name": "US", "currency_code": "usd"}) == StorefrontRegion(
        ref="reg_1", name="US", currency="USD", countries=()
    )
