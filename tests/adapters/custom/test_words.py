"""What goes wrong in the ERP, in the class that the engine acts upon and with words to act on."""

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from integrations.errors import AuthFailed, NeedsOperator, Throttled
from integrations.records import PriceAsk, PriceQuestion
from tests.adapters.custom.drafts import three_lines
from tests.adapters.custom.lab import Kept, adapter_on
from tests.contract.offices.custom import CustomOffice
from tests.contract.offices.custom_odd import OddOffice
from tests.contract.orders import Desk


def test_blocked_customer_waits_for_a_person(office: CustomOffice) -> None:
    wanted = replace(three_lines(office, "order_01B"), customer_ref=office.customer("blocked"))

    with pytest.raises(NeedsOperator, match="is blocked: ask accounting") as caught:
        office.adapter().create_order(wanted)

    assert caught.value.reason == "customer_blocked"
    assert caught.value.hint


def test_wrong_currency_waits_for_a_person(office: CustomOffice) -> None:
    wanted = replace(three_lines(office, "order_01C"), currency="USD")

    with pytest.raises(NeedsOperator, match="USD"):
        office.adapter().create_order(wanted)

    assert office.standin.shown("order_01C") == []


def test_preview_can_be_kept_as_json(office: CustomOffice) -> None:
    priced = replace(three_lines(office, "order_01J").lines[1], discount_percent=Decimal("2.5"))

    shown = office.adapter().preview_order(
        replace(three_lines(office, "order_01J"), lines=(priced,))
    )

    assert "order_01J" in json.dumps(shown)


def test_closed_period_waits_for_a_person(odd: OddOffice) -> None:
    odd.standin.close_period()

    with pytest.raises(NeedsOperator, match="Die Periode ist abgeschlossen") as caught:
        odd.adapter().create_order(three_lines(odd, "order_01P"))

    assert caught.value.reason == "closed_period"


def test_unknown_sku_is_told_in_the_words_of_the_erp(office: CustomOffice) -> None:
    wanted = three_lines(office, "order_01U")
    wrong = replace(wanted.lines[0], product_ref="A9999")

    with pytest.raises(NeedsOperator, match="There is no article A9999") as caught:
        office.adapter().create_order(replace(wanted, lines=(wrong,)))

    assert caught.value.reason == "unknown_product"


def test_date_to_come_again_is_a_wait_in_seconds(odd: OddOffice) -> None:
    odd.standin.dials.set("throttle", seconds=90)

    with pytest.raises(Throttled) as caught:
        odd.adapter().find_order("order_01T")

    assert caught.value.status == 503
    assert 89 <= caught.value.retry_after_s <= 91


def test_error_inside_a_good_answer_is_an_error(odd: OddOffice) -> None:
    with pytest.raises(AuthFailed) as caught:
        odd.adapter(secrets={"api_key": "wrong-key-1234"}).find_order("order_01A")

    assert caught.value.status == 200
    assert "Schluessel unbekannt" in caught.value.remote_words


def test_lost_secret_is_told_before_anything_is_sent(office: CustomOffice) -> None:
    with pytest.raises(NeedsOperator, match="needs the secret '") as caught:
        adapter_on(office.seed.url, office.seed.settings["mapping"], {})

    assert caught.value.reason == "secret_missing"


def test_secrets_and_tokens_are_in_nothing_that_is_kept(office: CustomOffice) -> None:
    kept = Kept()
    secrets = office.seed.secrets
    adapter = adapter_on(office.seed.url, office.seed.settings["mapping"], secrets, recorder=kept)

    assert adapter.test().is_ok

    hidden = {value for value in secrets.values() if len(value) > 8}
    hidden |= getattr(office.standin, "tokens", set())
    assert kept.exchanges
    assert [one for one in hidden if one in repr(kept.exchanges)] == []


def test_field_that_the_erp_no_longer_tells_names_its_line(plain: CustomOffice) -> None:
    plain.standin.change_field("orders", "status", "drop_field")
    plain.adapter().find_order("order_01NEVER")

    with pytest.raises(NeedsOperator) as caught:
        plain.adapter().find_order("order_01BEFORE")

    assert caught.value.reason == "mapping_misfit"
    text = plain.seed.settings["mapping"]
    line = text[: text.index("path: status")].count("\n") + 1
    assert f"orders.fields.state (line {line} of the mapping)" in caught.value.message


@pytest.mark.parametrize("field", ["shipped", "invoiced"])
def test_quantity_that_the_erp_tells_no_more_is_not_zero(plain: CustomOffice, field: str) -> None:
    """An order that was shipped would else be open again."""
    desk = Desk(plain, number=1)
    order = desk.confirmed(plain.adapter())
    plain.ship(order.ref)
    plain.standin.change_field("orders.lines", field, "drop_field")

    with pytest.raises(NeedsOperator, match=f"nothing at '{field}'"):
        list(plain.adapter().order_progress([order.ref]))


def test_answer_without_a_price_is_not_called_zero(plain: CustomOffice) -> None:
    plain.standin.change_field("pricing", "net_price", "drop_field")
    ask = PriceAsk(our_ref="a", product_ref=plain.variant("SAW-65"), quantity=Decimal(1))
    question = PriceQuestion(
        customer_ref=plain.customer("usual"),
        currency="EUR",
        asked_on=date(2026, 11, 27),
        lines=(ask,),
    )

    (refusal,) = plain.adapter().quote_prices(question)

    assert refusal.reason == "The ERP gave no price for it."
