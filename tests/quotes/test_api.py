"""Requests for quote from the storefront's server: signed, once, for its customer only."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test import Client
from drf_spectacular.validation import validate_schema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from integrations.models import Account, Buyer, Connection, Event
from quotes.api.codes import Code
from quotes.models import Rfq, Version
from quotes.snapshot import document_of
from quotes.states import SHOWN_TO_BUYER, RfqState, VersionState
from tests import factories as make
from tests.portal_pages.conftest import at_once
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory
from tests.quotes.signing import CUSTOMER, OTHER_SECRET, SECRET, post_rfq, read, rfq_body, signed

pytestmark = pytest.mark.django_db

LINE = rfq_body()["lines"][0]


@pytest.fixture(autouse=True)
def shop(db: None) -> Connection:
    return make.ConnectionFactory(credentials={"secret_key": "sk", "hook_secret": SECRET})


@pytest.fixture
def bea(db: None) -> Buyer:
    return make.BuyerFactory(storefront_customer_id=CUSTOMER)


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


# ---------------------------------------------------------------- asking


def test_request_is_made_for_the_customers_buyer(bea: Buyer) -> None:
    answer = post_rfq(rfq_body(source="cart", cart_id="cart_1", needed_by="2027-01-15"))

    rfq = Rfq.objects.get()
    assert answer.status_code == 201
    assert (answer.json()["number"], answer.json()["state"]) == (rfq.number, "submitted")
    assert (rfq.buyer, rfq.account, rfq.state) == (bea, bea.account, RfqState.SUBMITTED)
    assert (rfq.source, rfq.source_ref, str(rfq.needed_by)) == ("cart", "cart_1", "2027-01-15")
    assert rfq.answer_due_at is not None


def test_a_line_keeps_its_configuration_and_every_digit(bea: Buyer) -> None:
    answer = post_rfq(rfq_body(lines=[{**LINE, "quantity": "0.0001", "target_price": "0.000001"}]))

    [line] = Rfq.objects.get().lines.all()
    assert (line.quantity, line.target_price) == (Decimal("0.0001"), Decimal("0.000001"))
    assert line.configuration == [["Battery", "5 Ah"]]
    [told] = answer.json()["lines"]
    assert (told["quantity"], told["target_price"]) == ("0.0001", "0.000001")
    assert told["configuration"] == [{"name": "Battery", "value": "5 Ah"}]


def test_same_key_and_body_is_the_same_request(bea: Buyer) -> None:
    first, again = post_rfq(), post_rfq()

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert Rfq.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_request_twice_at_once_is_made_once(bea: Buyer) -> None:
    answers = at_once(2, lambda n: post_rfq(message_id=f"rfq_at_once_{n}"))

    assert sorted(answer.status_code for answer in answers) == [200, 201]
    assert Rfq.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_one_message_twice_at_once_is_answered_once(bea: Buyer) -> None:
    answers = at_once(2, lambda n: post_rfq(message_id="rfq_caught", key=f"k{n}"))

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert Rfq.objects.count() == 1


def test_same_key_and_another_body_is_422(bea: Buyer) -> None:
    post_rfq()

    assert said(post_rfq(rfq_body(note="and fast"))) == (422, "key_reused")
    assert Rfq.objects.count() == 1


@pytest.mark.parametrize("key", [None, "", "k" * 121, "with space"])
def test_request_without_a_usable_key_is_400(bea: Buyer, key: str | None) -> None:
    assert said(post_rfq(key=key)) == (400, "idempotency_key_missing")
    assert not Rfq.objects.exists()


def test_unknown_customer_is_404() -> None:
    make.BuyerFactory(storefront_customer_id="")

    assert said(post_rfq()) == (404, "unknown_customer")
    assert said(post_rfq(rfq_body(customer_id="cus_\u20ac"))) == (404, "unknown_customer")


def test_blocked_account_is_409_and_may_ask_later(bea: Buyer) -> None:
    Account.objects.update(is_blocked_by_hand=True)
    assert said(post_rfq()) == (409, "account_blocked")

    Account.objects.update(is_blocked_by_hand=False)
    assert post_rfq().status_code == 201


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": 5}, "customer_id"),
        ({"currency": "XXZ"}, "currency"),
        ({"currency": None}, "currency"),
        ({"lines": []}, "lines"),
        ({"lines": {}}, "lines"),
        ({"lines": ["x"]}, "lines[0]"),
        ({"lines": [LINE, {**LINE, "quantity": 12}]}, "lines[1].quantity"),
        ({"lines": [{**LINE, "quantity": "0"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "-1"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "1e3"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "\u0661"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "1.00001"}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "quantity": "9" * 15}]}, "lines[0].quantity"),
        ({"lines": [{**LINE, "target_price": 61.25}]}, "lines[0].target_price"),
        ({"lines": [{**LINE, "title": "\x00"}]}, "lines[0].title"),
        ({"lines": [{**LINE, "title": "\ud800"}]}, "lines[0].title"),
        ({"lines": [{**LINE, "title": "x" * 301}]}, "lines[0].title"),
        ({"lines": [{"quantity": "1"}]}, "lines[0].sku"),
        ({"lines": [{**LINE, "colour": "red"}]}, "lines[0].colour"),
        ({"lines": [{**LINE, "configuration": {"a": "b"}}]}, "lines[0].configuration"),
        (
            {"lines": [{**LINE, "configuration": [{"name": "a", "value": ["b"]}]}]},
            "lines[0].configuration[0].value",
        ),
        (
            {"lines": [{**LINE, "configuration": [{"name": "a", "value": "b"}] * 51}]},
            "lines[0].configuration",
        ),
        ({"source": "sales"}, "source"),
        ({"source": ["cart"]}, "source"),
        ({"needed_by": "tomorrow"}, "needed_by"),
        ({"needed_by": 20270115}, "needed_by"),
        ({"state": "won"}, "state"),
        ({"\ud800": 1}, "?"),
    ],
)
def test_bad_input_is_400_and_names_the_field(
    bea: Buyer, change: dict[str, Any], field: str
) -> None:
    answer = post_rfq(rfq_body(**change))

    assert said(answer) == (400, "bad_input")
    assert answer.json()["field"] == field
    assert not Rfq.objects.exists()
    assert not Event.objects.exists()  # the same message may be sent again, corrected or not


def test_over_500_lines_are_400(bea: Buyer) -> None:
    line = {"sku": "A", "quantity": "1"}

    answer = post_rfq(rfq_body(lines=[line] * 501))

    assert (said(answer), answer.json()["field"]) == ((400, "bad_input"), "lines")
    assert post_rfq(rfq_body(lines=[line] * 500)).status_code == 201


@pytest.mark.parametrize("raw", [b"x", b"{", b"[" * 100_000, b'{"a": NaN}', b"\xff"])
def test_a_body_that_is_no_json_is_400(bea: Buyer, raw: bytes) -> None:
    headers = _signed_bytes(raw) | {"Idempotency-Key": "k1"}

    answer = Client().post("/api/rfqs", raw, content_type="application/json", headers=headers)

    assert said(answer) == (400, "malformed")


def _signed_bytes(raw: bytes) -> dict[str, str]:
    """For what is no text: the oracle signs texts only."""
    stamp = str(int(datetime.now(UTC).timestamp()))
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    mac = hmac.new(key, f"rfq_raw.{stamp}.".encode() + raw, hashlib.sha256).digest()
    return {
        "webhook-id": "rfq_raw",
        "webhook-timestamp": stamp,
        "webhook-signature": "v1," + base64.b64encode(mac).decode(),
    }


def test_a_body_over_the_limit_is_413(bea: Buyer, settings: Any) -> None:
    settings.RFQ_MAX_BYTES = 1000

    assert said(post_rfq(rfq_body(note="x" * 1000))) == (413, "too_large")


# ---------------------------------------------------------------- who signs


def test_another_secret_is_401(bea: Buyer) -> None:
    assert said(post_rfq(secret=OTHER_SECRET)) == (401, "bad_signature")


@pytest.mark.parametrize("offset", [timedelta(minutes=-6), timedelta(minutes=6)])
def test_an_old_or_early_signature_is_401(bea: Buyer, offset: timedelta) -> None:
    assert said(post_rfq(at=datetime.now(UTC) + offset)) == (401, "bad_signature")


def test_unsigned_requests_are_401(bea: Buyer) -> None:
    asked = Client().post("/api/rfqs", b"{}", content_type="application/json")

    assert said(asked) == (401, "bad_signature")
    assert said(Client().get(f"/api/rfqs/RFQ-000001?customer_id={CUSTOMER}"))[0] == 401


def test_an_erp_cannot_ask_for_customers(bea: Buyer) -> None:
    Connection.objects.update(role=Connection.Role.ERP)

    assert said(post_rfq()) == (401, "bad_signature")


def test_a_caught_request_is_of_no_use_even_with_another_key(bea: Buyer) -> None:
    assert post_rfq(message_id="rfq_caught").status_code == 201

    again = post_rfq(message_id="rfq_caught", key="k2")

    assert said(again) == (409, "already_answered")
    assert Rfq.objects.count() == 1


def test_what_is_signed_for_one_purpose_is_not_taken_for_another(bea: Buyer) -> None:
    raw = json.dumps({"customer_id": CUSTOMER})

    let_in = Client().post(
        "/api/portal/handover", raw, content_type="application/json", headers=signed(raw)
    )

    assert said(let_in) == (401, "bad_signature")
    assert said(post_rfq(message_id="handover_1")) == (401, "bad_signature")


def test_a_read_signs_its_address(bea: Buyer) -> None:
    number, other = post_rfq().json()["number"], post_rfq(key="k2").json()["number"]
    elsewhere = f"GET /api/rfqs/{number}?customer_id={CUSTOMER}"

    assert read(f"/api/rfqs/{number}").status_code == 200
    assert said(read(f"/api/rfqs/{other}", signing=elsewhere)) == (401, "bad_signature")
    assert said(read(f"/api/rfqs/{number}", customer="cus_2", signing=elsewhere))[0] == 401


# ---------------------------------------------------------------- reading


def test_request_is_read_with_what_was_offered(bea: Buyer, settings: Any) -> None:
    rfq = RfqFactory(quoted=True, buyer=bea)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=bea))

    answer = read(f"/api/rfqs/{rfq.number}").json()

    assert (answer["number"], answer["state"], len(answer["lines"])) == (rfq.number, "quoted", 1)
    [quote] = answer["quotes"]
    assert quote == {
        "number": version.quote.number,
        "revision": 1,
        "state": "offered",
        "valid_until": quote["valid_until"],
        "gross_total": "119",
        "currency": "EUR",
        "url": f"{settings.BASE_URL}/portal/quotes/{version.quote_id}",
    }
    assert datetime.fromisoformat(quote["valid_until"]) == version.valid_until


def test_quote_is_read_with_the_lines_as_offered(bea: Buyer) -> None:
    version = VersionFactory(offered=True, quote=QuoteFactory(buyer=bea))

    answer = read(f"/api/quotes/{version.quote.number}").json()

    assert (answer["net_total"], answer["tax_total"], answer["gross_total"]) == ("100", "19", "119")
    [line] = answer["lines"]
    assert (line["quantity"], line["unit_price"], line["net"]) == ("2", "50", "100")


def test_price_tiers_are_told_with_their_line(bea: Buyer) -> None:
    draft = VersionFactory(quote__buyer=bea)
    draft.lines.update(tiers=[{"from": "10", "unit_price": "45", "is_manual": True}])
    document = document_of(draft, list(draft.lines.all()))
    Version.objects.filter(pk=draft.pk).update(
        state=VersionState.OFFERED, document=document, sha256="0" * 64
    )

    [line] = read(f"/api/quotes/{draft.quote.number}").json()["lines"]

    assert line["tiers"] == [{"from_quantity": "10", "unit_price": "45"}]


def test_the_newest_offer_counts_and_work_on_the_next_is_not_told(bea: Buyer) -> None:
    quote = QuoteFactory(rfq=RfqFactory(quoted=True, buyer=bea), buyer=bea)
    VersionFactory(offered=True, quote=quote)
    VersionFactory(quote=quote, revision=2)

    [told] = read(f"/api/rfqs/{quote.rfq.number}").json()["quotes"]

    assert told["revision"] == 1


@pytest.mark.parametrize("state", sorted(set(VersionState) - SHOWN_TO_BUYER))
def test_what_was_not_offered_is_not_told(bea: Buyer, state: str) -> None:
    rfq = RfqFactory(quoted=True, buyer=bea)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=bea))
    Version.objects.update(state=state)

    assert read(f"/api/rfqs/{rfq.number}").json()["quotes"] == []
    assert said(read(f"/api/quotes/{version.quote.number}")) == (404, "not_found")


def test_an_approved_revision_that_expired_unseen_is_not_told(bea: Buyer) -> None:
    version = VersionFactory(quote=QuoteFactory(buyer=bea))
    Version.objects.update(state=VersionState.EXPIRED)

    assert said(read(f"/api/quotes/{version.quote.number}")) == (404, "not_found")


def test_costs_and_internal_notes_are_never_told(bea: Buyer) -> None:
    rfq = RfqFactory(quoted=True, buyer=bea)
    quote = QuoteFactory(rfq=rfq, buyer=bea)
    version = VersionFactory(offered=True, quote=quote, internal_note="SECRET-NOTE")
    version.lines.update(unit_cost=Decimal("31.4159"), basis={"list": "SECRET-LIST"})
    rfq.messages.create(author="Sam", is_from_buyer=False, is_internal=True, text="SECRET-WORD")

    told = read(f"/api/rfqs/{rfq.number}").text + read(f"/api/quotes/{quote.number}").text

    assert "SECRET" not in told
    assert "31.4159" not in told
    assert "cost" not in told


def test_what_belongs_to_another_account_is_404(bea: Buyer) -> None:
    theirs = RfqFactory(quoted=True)
    version = VersionFactory(offered=True, quote=QuoteFactory(rfq=theirs, buyer=theirs.buyer))

    assert said(read(f"/api/rfqs/{theirs.number}")) == (404, "not_found")
    assert said(read(f"/api/quotes/{version.quote.number}")) == (404, "not_found")


@pytest.mark.parametrize("number", ["RFQ-999999", "Q-000001", "RFQ-1", "RFQ-" + "9" * 40, "x"])
def test_a_number_of_nothing_is_404(bea: Buyer, number: str) -> None:
    assert said(read(f"/api/rfqs/{number}")) == (404, "not_found")


def test_a_draft_of_the_portal_is_not_told(bea: Buyer) -> None:
    assert read(f"/api/rfqs/{RfqFactory(buyer=bea).number}").status_code == 404


def test_a_read_of_nobody_is_refused(bea: Buyer) -> None:
    rfq = RfqFactory(submitted=True, buyer=bea)

    assert said(read(f"/api/rfqs/{rfq.number}", customer="cus_2")) == (404, "unknown_customer")
    assert said(read(f"/api/rfqs/{rfq.number}", customer="")) == (400, "bad_input")


def test_reading_takes_few_queries(
    bea: Buyer, django_assert_max_num_queries: Callable[[int], Any]
) -> None:
    rfq = RfqFactory(quoted=True, buyer=bea, lines=30)
    VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=bea))

    with django_assert_max_num_queries(8):
        read(f"/api/rfqs/{rfq.number}")


# ---------------------------------------------------------------- the API as a whole


def test_every_refusal_has_code_message_and_request_id(bea: Buyer) -> None:
    headers = {"X-Request-Id": "request-0001"}
    asked = Client().post("/api/rfqs", b"{}", content_type="application/json", headers=headers)

    assert set(asked.json()) == {"code", "message", "request_id"}
    assert asked.json()["request_id"] == "request-0001"


def test_a_wrong_method_or_type_is_told_as_such(bea: Buyer) -> None:
    wrong = Client().put("/api/rfqs", "{}", content_type="application/json", headers=signed("{}"))
    form = Client().post(
        "/api/rfqs",
        "a=1",
        content_type="text/plain",
        headers=signed("a=1") | {"Idempotency-Key": "k"},
    )

    assert said(wrong) == (405, "method_not_allowed")
    assert said(form) == (415, "unsupported_media_type")


def test_a_database_that_is_away_is_503(bea: Buyer) -> None:
    def away(*query: Any) -> None:
        raise OperationalError("connection refused")

    with connection.execute_wrapper(away):
        answer = post_rfq()

    assert (said(answer), answer["Retry-After"]) == ((503, "unavailable"), "5")
    assert "refused" not in answer.text


def test_the_schema_is_valid_and_describes_the_addresses(bea: Buyer) -> None:
    schema = Client().get("/api/schema").json()

    validate_schema(schema)
    assert set(schema["paths"]) == {
        "/api/rfqs",
        "/api/rfqs/{number}",
        "/api/quotes/{number}",
    }
    post = schema["paths"]["/api/rfqs"]["post"]
    assert {"200", "201", "400", "401", "404", "409", "413", "422"} <= set(post["responses"])
    assert [p["name"] for p in post["parameters"] if p["required"]] == ["Idempotency-Key"]
    assert post["security"] == [{"storefrontSignature": []}]
    body = schema["components"]["schemas"]["RfqBody"]
    assert set(body["required"]) == {"customer_id", "currency", "lines"}


# ---------------------------------------------------------------- whatever comes in

_texts = some.text(max_size=12)
_anything = some.recursive(
    some.none() | some.booleans() | some.integers() | some.floats(allow_nan=False) | _texts,
    lambda inner: some.lists(inner, max_size=3) | some.dictionaries(_texts, inner, max_size=3),
    max_leaves=6,
)
_FIELDS = ["customer_id", "currency", "reference", "note", "needed_by", "source", "cart_id"]
_LINE_FIELDS = ["sku", "title", "quantity", "unit", "target_price", "note", "configuration"]
_lines = some.lists(
    some.dictionaries(some.sampled_from(_LINE_FIELDS), _anything, max_size=4).map(
        lambda change: {**LINE, **change}
    ),
    max_size=3,
)
_bodies = some.one_of(
    _anything,
    some.dictionaries(some.sampled_from(_FIELDS), _anything, max_size=3).map(
        lambda change: rfq_body(**change)
    ),
    _lines.map(lambda lines: rfq_body(lines=lines)),
)


@given(body=_bodies)
@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@pytest.mark.slow
def test_whatever_comes_in_is_taken_whole_or_refused_by_a_known_code(bea: Buyer, body: Any) -> None:
    before = Rfq.objects.count()

    answer = post_rfq(raw=json.dumps(body).encode(), key=f"k{before}")

    told = answer.json()
    if answer.status_code == 201:
        rfq = Rfq.objects.latest("id")
        assert told["number"] == rfq.number
        assert [Decimal(line["quantity"]) for line in body["lines"]] == [
            line.quantity for line in rfq.lines.all()
        ]
    else:
        assert answer.status_code in (400, 404)
        assert told["code"] in {code.value for code in Code}
        assert Rfq.objects.count() == before
