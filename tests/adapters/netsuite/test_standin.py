"""The stand-in is as strict and as lax as NetSuite's documentation says."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
import requests

from integrations.errors import Throttled
from tests.contract.offices.netsuite import NetSuiteOffice
from tests.contract.orders import Desk

RECORD = "/services/rest/record/v1"
SUITEQL = "/services/rest/query/v1/suiteql"


class Caller:
    """Any program with a token; sends what it is told to."""

    def __init__(self, office: NetSuiteOffice) -> None:
        office.adapter().payment_terms()
        (token,) = office.standin.signin.tokens
        self.url, self.office = office.standin.url, office
        self.headers = {"Authorization": f"Bearer {token}"}

    def __call__(
        self, method: str, path: str, body: Any = None, **headers: str
    ) -> requests.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return requests.request(
            method,
            f"{self.url}{path}",
            json=body,
            headers={**self.headers, **named},
            timeout=5,
        )

    def order(self, **changed: Any) -> dict[str, Any]:
        line = {"item": {"id": self.office.variant("TAPE-5M")}, "quantity": 2}
        usual = {"entity": {"id": self.office.customer("usual")}, "item": {"items": [line]}}
        return {**usual, **changed}


@pytest.fixture
def call(office: NetSuiteOffice) -> Iterator[Caller]:
    yield Caller(office)


def code(answer: requests.Response) -> str:
    return str(answer.json()["o:errorDetails"][0]["o:errorCode"])


def test_create_answers_204_with_the_id_in_the_location_alone(call: Caller) -> None:
    answer = call("POST", f"{RECORD}/salesOrder", call.order())

    assert (answer.status_code, answer.content) == (204, b"")
    order_id = answer.headers["Location"].rpartition("/")[2]
    assert call("GET", f"{RECORD}/salesOrder/{order_id}").json()["tranId"].startswith("SO")


def test_misspelt_name_is_dropped_without_a_word(call: Caller) -> None:
    body = call.order(otherRefNumber="PO-1")

    lax = call("POST", f"{RECORD}/salesOrder", body)
    strict = call("POST", f"{RECORD}/salesOrder", body, X_NetSuite_PropertyNameValidation="error")

    assert (lax.status_code, strict.status_code) == (204, 400)
    assert strict.json()["o:errorDetails"][0]["o:errorPath"] == "otherRefNumber"


def test_put_that_is_repeated_appends_its_lines(call: Caller) -> None:
    for _ in range(2):
        assert call("PUT", f"{RECORD}/salesOrder/eid:mso-1", call.order()).status_code == 204

    (order,) = call.office.standin.store.of_type("SalesOrd")
    assert len(order.lines) == 2


def test_put_that_replaces_does_not(call: Caller) -> None:
    for _ in range(2):
        call("PUT", f"{RECORD}/salesOrder/eid:mso-1?replace=item", call.order())

    (order,) = call.office.standin.store.of_type("SalesOrd")
    assert len(order.lines) == 1


@pytest.mark.parametrize("eid", ["mso|1", "mso 1", "mso.1"])
def test_external_id_takes_letters_digits_hyphen_and_underscore(call: Caller, eid: str) -> None:
    answer = call("POST", f"{RECORD}/salesOrder", call.order(externalId=eid))

    assert (answer.status_code, code(answer)) == (400, "INVALID_CONTENT")


def test_second_order_with_an_external_id_is_refused(call: Caller) -> None:
    call("POST", f"{RECORD}/salesOrder", call.order(externalId="mso-1"))

    answer = call("POST", f"{RECORD}/salesOrder", call.order(externalId="mso-1"))

    assert (answer.status_code, code(answer)) == (400, "DUP_RCRD")


def test_orders_without_one_are_taken_twice(call: Caller) -> None:
    for _ in range(2):
        call("POST", f"{RECORD}/salesOrder", call.order(otherRefNum="PO-1"))

    assert len(call.office.standin.store.of_type("SalesOrd")) == 2


def test_unknown_external_id_is_404(call: Caller) -> None:
    answer = call("GET", f"{RECORD}/salesOrder/eid:mso-none")

    assert (answer.status_code, code(answer)) == (404, "NONEXISTENT_ID")


@pytest.mark.parametrize("status", ["C", "G", "Billed", ""])
def test_order_status_takes_pending_approval_and_fulfilment_only(call: Caller, status: str) -> None:
    answer = call("POST", f"{RECORD}/salesOrder", call.order(orderStatus={"id": status}))

    assert (answer.status_code, code(answer)) == (400, "INVALID_CONTENT")


def test_rate_beside_a_real_price_level_is_ignored(call: Caller) -> None:
    line = {"item": {"id": call.office.variant("TAPE-5M")}, "quantity": 1, "rate": 1}
    call("POST", f"{RECORD}/salesOrder", call.order(item={"items": [{**line, "price": {"id": 1}}]}))

    (order,) = call.office.standin.store.of_type("SalesOrd")
    assert order.subtotal == Decimal("7.35")


def test_line_without_any_price_takes_the_customers_level(call: Caller) -> None:
    line = {"item": {"id": call.office.variant("DRILL-18V")}, "quantity": 10}
    entity = {"id": call.office.customer("contract")}
    call("POST", f"{RECORD}/salesOrder", call.order(entity=entity, item={"items": [line]}))

    (order,) = call.office.standin.store.of_type("SalesOrd")
    assert order.subtotal == Decimal("1150.00")


def test_suiteql_wants_its_header(call: Caller) -> None:
    assert call("POST", SUITEQL, {"q": "SELECT id FROM item"}).status_code == 400


@pytest.mark.parametrize("query", ["limit=1001", "limit=0", "limit=10&offset=5"])
def test_suiteql_refuses_pages_that_do_not_fit(call: Caller, query: str) -> None:
    answer = call("POST", f"{SUITEQL}?{query}", {"q": "SELECT id FROM item"}, Prefer="transient")

    assert answer.status_code == 400


def test_suiteql_names_columns_in_lower_case_and_numbers_as_texts(call: Caller) -> None:
    body = {"q": "SELECT id AS ItemId, upccode FROM item ORDER BY id", "params": []}

    answer = call("POST", f"{SUITEQL}?limit=1", body, Prefer="transient").json()

    (row,) = answer["items"]
    assert set(row) == {"links", "itemid"}  # an empty column is left out
    assert isinstance(row["itemid"], str)
    assert answer["hasMore"] is True


@pytest.mark.parametrize("sql", ["SELECT sku FROM item", "SELECT id FROM items"])
def test_suiteql_tells_what_it_does_not_know(call: Caller, sql: str) -> None:
    answer = call("POST", SUITEQL, {"q": sql}, Prefer="transient")

    assert code(answer) == "INVALID_PARAMETER"
    assert "was not found" in answer.json()["o:errorDetails"][0]["detail"]


def test_currency_has_no_or_two_decimals(office: NetSuiteOffice) -> None:
    with pytest.raises(ValueError, match="0 or 2"):
        office.standin.add_currency("BHD", "Bahraini dinar", precision=3)


def test_more_requests_than_the_account_has_places_are_refused_unworked(
    office: NetSuiteOffice, desk: Desk
) -> None:
    adapter = office.adapter()
    adapter.payment_terms()
    office.standin.pool, office.standin.most_at_once = 1, 0
    office.standin.dials.set("slow_commit", seconds=0.3, times=1, only="suiteql")

    with ThreadPoolExecutor() as threads:
        first = threads.submit(adapter.payment_terms)
        deadline = time.monotonic() + 5
        while not office.standin.most_at_once and time.monotonic() < deadline:
            time.sleep(0.001)
        with pytest.raises(Throttled) as caught:
            office.adapter().create_order(desk.draft())
        assert first.result()

    assert caught.value.status == 429
    assert caught.value.retry_after_s > 0
    assert office.standin.store.of_type("SalesOrd") == []


def test_wrong_token_says_nothing_but_no(office: NetSuiteOffice) -> None:
    answer = requests.get(
        f"{office.standin.url}{RECORD}/salesOrder/1",
        headers={"Authorization": "Bearer nonsense"},
        timeout=5,
    )

    assert (answer.status_code, code(answer)) == (401, "INVALID_LOGIN")
