"""`QuotesPrices` and `ChecksCredit`: what this customer pays, and how they stand."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from integrations.errors import NeedsOperator
from integrations.ports.erp import ChecksCredit, QuotesPrices
from integrations.records import PriceAnswer, PriceAsk, PriceQuestion, PriceRefusal
from integrations.sandbox.goods import RANGE, Role
from tests.contract.office import Office
from tests.contract.orders import able

SKUS = [variant.sku for product in RANGE for variant in product.variants]


def ask(sku_or_ref: str, quantity: int | Decimal, our_ref: str = "q_1") -> PriceAsk:
    return PriceAsk(our_ref=our_ref, product_ref=sku_or_ref, quantity=Decimal(quantity))


def question(
    office: Office, *lines: PriceAsk, role: Role = "usual", **changed: str
) -> PriceQuestion:
    return PriceQuestion(
        customer_ref=changed.get("customer_ref", office.customer(role)),
        currency=changed.get("currency", "EUR"),
        asked_on=datetime.now(UTC).date(),
        lines=lines,
    )


@pytest.mark.parametrize(
    ("role", "sku", "quantity", "price"),
    [
        ("usual", "DRILL-18V", 1, "129.00"),
        ("contract", "DRILL-18V", 1, "122.55"),
        ("contract", "DRILL-18V", 10, "115.00"),
        ("contract", "TAPE-5M", 4, "6.98"),
        ("usual", "TIES-200", 99, "3.09"),
        ("usual", "TIES-200", 100, "2.79"),
        ("usual", "TIES-200", 1920, "2.49"),
        ("usual", "ANCHOR-10", 1, "31.25"),
    ],
)
def test_customer_gets_the_price_of_their_rules(
    office: Office, role: Role, sku: str, quantity: int, price: str
) -> None:
    asked = question(office, ask(office.variant(sku), quantity), role=role)

    (answer,) = able(office, QuotesPrices).quote_prices(asked)

    assert isinstance(answer, PriceAnswer)
    assert answer.net_unit_price == Decimal(price)
    assert (answer.currency, answer.our_ref) == ("EUR", "q_1")
    assert answer.unit


def test_one_answer_per_line_in_their_order(office: Office) -> None:
    lines = [
        ask(office.variant("SAW-65"), 1, "b"),
        ask("99999999", 1, "unknown"),
        ask(office.variant("TAPE-5M"), 0, "nothing"),
        ask(office.variant("DRILL-18V"), 2, "a"),
    ]

    answers = able(office, QuotesPrices).quote_prices(question(office, *lines))

    assert [one.our_ref for one in answers] == ["b", "unknown", "nothing", "a"]
    assert [isinstance(one, PriceRefusal) for one in answers] == [False, True, True, False]
    assert all(one.reason for one in answers if isinstance(one, PriceRefusal))


def test_price_of_zero_is_refused(own_office: Office) -> None:
    adapter = able(own_office, QuotesPrices)
    own_office.set_price("SAW-65", Decimal(0))

    (answer,) = adapter.quote_prices(question(own_office, ask(own_office.variant("SAW-65"), 1)))

    assert isinstance(answer, PriceRefusal)


def test_archived_product_is_refused(own_office: Office) -> None:
    adapter = able(own_office, QuotesPrices)
    own_office.archive_product("SAW-65")

    (answer,) = adapter.quote_prices(question(own_office, ask(own_office.variant("SAW-65"), 1)))

    assert isinstance(answer, PriceRefusal)


def test_many_lines_take_a_bounded_number_of_calls(office: Office) -> None:
    adapter = able(office, QuotesPrices)
    lines = [ask(office.variant(sku), 1, sku) for sku in SKUS]
    before = len(office.standin.log)

    answers = adapter.quote_prices(question(office, *lines))

    assert len(answers) == len(SKUS)
    assert len(office.standin.log) - before < len(SKUS) / 2


def test_unknown_customer_is_told(office: Office) -> None:
    asked = question(office, ask(office.variant("SAW-65"), 1), customer_ref="99999999")

    with pytest.raises(NeedsOperator) as caught:
        able(office, QuotesPrices).quote_prices(asked)

    assert caught.value.reason in {"unknown_customer", "bad_customer_ref"}


def test_currency_without_prices_is_told(office: Office) -> None:
    asked = question(office, ask(office.variant("SAW-65"), 1), currency="CHF")

    with pytest.raises(NeedsOperator) as caught:
        able(office, QuotesPrices).quote_prices(asked)

    assert caught.value.reason == "no_pricelist"


def test_terms_are_told_with_their_days(office: Office) -> None:
    terms = able(office, QuotesPrices).payment_terms()

    assert 30 in {term.days for term in terms}
    assert all(term.ref and term.name for term in terms)


# ---------------------------------------------------------------- credit


def test_limit_is_told(office: Office) -> None:
    standing = able(office, ChecksCredit).credit_standing(office.customer("contract"))

    assert (standing.limit, standing.currency) == (25_000, "EUR")
    assert standing.is_limit_known
    assert not standing.is_blocked


def test_customer_over_the_limit_is_seen(office: Office) -> None:
    standing = able(office, ChecksCredit).credit_standing(office.customer("over_limit"))

    assert (standing.limit, standing.exposure) == (1_000, 1_450)


def test_customer_without_a_limit_has_none(office: Office) -> None:
    standing = able(office, ChecksCredit).credit_standing(office.customer("exempt"))

    assert standing.limit is None
    assert standing.is_limit_known


def test_blocked_customer_is_blocked(office: Office) -> None:
    standing = able(office, ChecksCredit).credit_standing(office.customer("blocked"))

    assert standing.is_blocked
    assert standing.block_reason


def test_standing_of_an_unknown_customer_is_refused(office: Office) -> None:
    with pytest.raises(NeedsOperator) as caught:
        able(office, ChecksCredit).credit_standing("99999999")

    assert caught.value.reason in {"unknown_customer", "bad_customer_ref"}
