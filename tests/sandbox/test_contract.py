"""The small company's one contract customer, as sales and acceptance see them."""

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.adapters.odoo.adapter import OdooAdapter, open_adapter
from integrations.adapters.odoo.sandbox import OdooStandIn
from integrations.http import Limits, Session
from integrations.records import ExchangeRecord, PriceAnswer, PriceAsk, PriceQuestion
from integrations.sandbox.company import ATELIER, NORDWIND
from integrations.sandbox.erp import API_KEY, seed_erp
from integrations.sandbox.seeds import ErpSeed


class Forgetful:
    """A recorder that keeps nothing."""

    def record(self, exchange: ExchangeRecord) -> None:
        return


@pytest.fixture(scope="module")
def erp() -> Iterator[tuple[OdooStandIn, ErpSeed]]:
    with OdooStandIn(api_key=API_KEY) as standin:
        yield standin, seed_erp(standin)


@pytest.fixture
def adapter(erp: tuple[OdooStandIn, ErpSeed]) -> OdooAdapter:
    seed = erp[1]
    session = Session(
        base_url=seed.url, allow_private=True, recorder=Forgetful(), limits=Limits(), secrets=()
    )
    named = ", ".join(f"{code}={number}" for code, number in seed.pricelists.items())
    settings = {"database": seed.database, "protocol": "json2", "pricelists": named}
    return open_adapter(session, settings, {"api_key": seed.api_key})


@pytest.mark.parametrize(
    ("email", "quantity", "price"),
    [
        (NORDWIND.email, 1, "122.55"),  # 129.00 less 5 %
        (NORDWIND.email, 10, "115"),
        (NORDWIND.email, 50, "109"),
        (ATELIER.email, 50, "129"),
    ],
)
def test_contract_customer_pays_by_quantity(
    erp: tuple[OdooStandIn, ErpSeed],
    adapter: OdooAdapter,
    email: str,
    quantity: int,
    price: str,
) -> None:
    standin, seed = erp
    products = standin.store.table("product.product").values()
    drill = next(row["id"] for row in products if row["default_code"] == "DRILL-18V")
    ask = PriceAsk(our_ref="line", product_ref=str(drill), quantity=Decimal(quantity))

    (answer,) = adapter.quote_prices(
        PriceQuestion(
            customer_ref=str(seed.customers[email]),
            currency="EUR",
            asked_on=datetime.now(UTC).date(),
            lines=(ask,),
        )
    )

    assert isinstance(answer, PriceAnswer)
    assert (answer.net_unit_price, answer.cost) == (Decimal(price), Decimal("79.98"))


def test_contract_customer_has_a_limit_and_terms(
    erp: tuple[OdooStandIn, ErpSeed], adapter: OdooAdapter
) -> None:
    seed = erp[1]

    contract = adapter.credit_standing(str(seed.customers[NORDWIND.email]))
    other = adapter.credit_standing(str(seed.customers[ATELIER.email]))

    assert (contract.limit, contract.payment_term_name) == (Decimal(25000), "30 Days")
    assert (other.limit, other.payment_term_name) == (None, "")
