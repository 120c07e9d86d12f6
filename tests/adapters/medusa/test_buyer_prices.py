"""What customers are charged, asked through the plugin's route."""

from decimal import Decimal

import pytest

from integrations.adapters.medusa.adapter import MedusaAdapter
from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.errors import NeedsOperator, Rejected
from integrations.records import BuyerPriceAsk


def ask(standin: MedusaStandIn, customer: str, **changed: object) -> BuyerPriceAsk:
    usual: dict[str, object] = {
        "our_ref": "0",
        "variant_id": standin.catalogue.variant_id_of("NUT"),
        "customer_id": customer,
        "quantity": Decimal(3),
        "currency": "EUR",
        "region_ref": standin.shop.region_ids["eur"],
    }
    return BuyerPriceAsk(**{**usual, **changed})  # type: ignore[arg-type]


@pytest.fixture
def dealer(standin: MedusaStandIn) -> str:
    """Buys nuts for 0.25 by the dealers' list."""
    customer = standin.add_customer("dealer@buyer.test", groups=["Dealers"])
    (group,) = standin.customers.groups
    standin.price_lists.create(
        {
            "title": "Dealers",
            "type": "override",
            "status": "active",
            "rules": {"customer.groups.id": [group]},
            "prices": [
                {
                    "variant_id": standin.catalogue.variant_id_of("NUT"),
                    "currency_code": "eur",
                    "amount": Decimal("0.25"),
                }
            ],
        }
    )
    return customer


def test_price_comes_with_its_row_its_list_and_the_customers_groups(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealer: str
) -> None:
    other = standin.add_customer("other@buyer.test")

    (his, theirs), rows = adapter.buyer_prices(
        [ask(standin, dealer), ask(standin, other, our_ref="1")], ["price_gone"]
    )

    assert (his.amount, theirs.amount) == (Decimal("0.25"), Decimal("0.333"))
    assert (list(his.group_ids), theirs.group_ids) == (list(standin.customers.groups), ())
    assert (his.list_id, theirs.list_id) == (next(iter(standin.price_lists.rows)), "")
    assert {(one.price_id, one.list_id) for one in rows} == {
        (his.price_id, his.list_id),
        (theirs.price_id, ""),
    }


def test_more_than_a_hundred_are_asked_in_several_calls(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealer: str
) -> None:
    asks = [ask(standin, dealer, our_ref=str(n)) for n in range(130)]

    answers, _ = adapter.buyer_prices(asks, [f"price_{n}" for n in range(1200)])

    assert [one.our_ref for one in answers] == [str(n) for n in range(130)]
    assert adapter.buyer_prices([], []) == ([], [])


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"customer_id": "cus_gone"}, "customer is not in"),
        ({"variant_id": "variant_gone"}, "SKU is not in"),
        ({"currency": "JPY"}, "no price"),
    ],
)
def test_what_has_no_price_says_why(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealer: str, changed: dict, words: str
) -> None:
    (answer,), _ = adapter.buyer_prices([ask(standin, dealer, **changed)], [])

    assert answer.amount is None
    assert words in answer.problem


def test_quantity_that_is_none_is_refused(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealer: str
) -> None:
    with pytest.raises(Rejected, match="greater than 0"):
        adapter.buyer_prices([ask(standin, dealer, quantity=Decimal(0))], [])


@pytest.mark.parametrize("version", ["0.3.0", "0.4.9"])
def test_older_plugin_says_what_to_install(
    standin: MedusaStandIn, adapter: MedusaAdapter, dealer: str, version: str
) -> None:
    standin.shop.plugin_version = version

    with pytest.raises(NeedsOperator) as refused:
        adapter.buyer_prices([ask(standin, dealer)], [])

    assert refused.value.reason == "plugin_too_old"
    assert "0.5" in refused.value.hint
