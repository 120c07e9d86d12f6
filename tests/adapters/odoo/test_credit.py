"""How a customer stands in Odoo, and the payment terms it knows."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from integrations.adapters.odoo.credit import to_standing
from integrations.adapters.odoo.terms import to_term
from integrations.errors import NeedsOperator, Unavailable
from integrations.ports import ChecksCredit
from integrations.records import CreditStanding, PaymentTerm
from tests.adapters.odoo import replay
from tests.adapters.odoo.office import Office

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def standing(office: Office, partner: int | None = None, api_key: str = "") -> CreditStanding:
    adapter = office.adapter(api_key=api_key) if api_key else office.adapter()
    return adapter.credit_standing(str(partner or office.customer))


def sell(office: Office, quantity: int, *, partner: int | None = None) -> str:
    """A confirmed order of bolts at 19.99 with 19 % tax; returns its reference."""
    ref = f"by-hand-{len(office.erp.orders())}"
    office.erp.add_order(partner or office.customer, ref, [(office.bolt, quantity, "19.99")])
    office.erp.confirm(ref)
    return ref


# ---------------------------------------------------------------- as recorded


def recorded(name: str) -> dict[str, Any]:
    """A customer's credit fields as recorded, in a company with the switch on."""
    rows = replay.load("41-partner-credit")[-5]["answer"]
    row = next(row for row in rows if row["name"].startswith(name))
    no_term = {"active": True, "property_payment_term_id": False, "sale_warn_msg": False}
    return {**row, **no_term, "commercial_partner_id": [row["id"], row["name"]]}


@pytest.mark.parametrize(
    ("name", "limit", "exposure"),
    [
        ("Acme", "50000", "36300.79"),  # a credit note of 423.20 is taken off
        ("Cobalt", None, "0"),  # 0 is no limit
        ("Delta", "500", "0"),
        ("Echo", "2500", "6900"),
    ],
)
def test_recorded_customers_stand_as_odoo_said(name: str, limit: str | None, exposure: str) -> None:
    row = recorded(name)
    company = {"currency_id": [1, "USD"], "account_use_credit_limit": True}

    found = to_standing(row, row, company, [], as_of=NOW)

    assert (found.limit, found.exposure) == (limit and Decimal(limit), Decimal(exposure))
    assert (found.currency, found.is_limit_known, found.is_blocked) == ("USD", True, False)


@pytest.mark.parametrize(
    ("name", "days"),
    [("30 Days", 30), ("30% Now, Balance 60 Days", 60), ("End of Following Month", None)],
)
def test_recorded_terms_become_days(name: str, days: int | None) -> None:
    terms, lines = (exchange["answer"] for exchange in replay.load("40-partners"))
    row = next(row for row in terms if row["name"] == name)

    found = to_term(row, [line for line in lines if line["payment_id"][0] == row["id"]])

    assert found == PaymentTerm(ref=str(row["id"]), name=name, days=days)


# ---------------------------------------------------------------- limit and exposure


def test_adapter_checks_credit(office_19: Office) -> None:
    assert isinstance(office_19.adapter(), ChecksCredit)


def test_exposure_is_what_is_owed_and_what_can_be_invoiced(office: Office) -> None:
    erp = office.erp
    erp.use_credit_limits()
    erp.set_credit_limit(office.customer, 1000)
    before = datetime.now(UTC)
    erp.pay(erp.invoice(sell(office, 1)), "3.79")  # 23.79 with tax, 20.00 still owed
    sell(office, 2)

    found = standing(office)

    assert (found.limit, found.exposure, found.currency) == (
        Decimal(1000),
        Decimal("20") + Decimal("47.58"),
        "USD",
    )
    assert before <= found.as_of <= datetime.now(UTC) + timedelta(seconds=1)
    assert (found.is_blocked, found.note) == (False, "")


def test_goods_invoiced_on_delivery_count_when_they_left(office: Office) -> None:
    heavy = office.erp.add_product("HEAVY", "Heavy", 100, invoice_policy="delivery")
    office.erp.add_order(office.customer, "heavy", [(heavy, 5, 100)])
    office.erp.confirm("heavy")
    before = standing(office).exposure
    office.erp.deliver("heavy", {"HEAVY": 2})

    assert (before, standing(office).exposure) == (Decimal(0), Decimal(200))


@pytest.mark.parametrize(
    ("own", "is_on", "limit"),
    [
        (None, True, Decimal(750)),  # the company's default
        (2000, True, Decimal(2000)),
        (0, True, None),  # their own: none
        (2000, False, None),  # the company counts no limits
    ],
)
def test_which_limit_counts(
    office: Office, own: int | None, is_on: bool, limit: Decimal | None
) -> None:
    office.erp.use_credit_limits(is_on, default=750)
    office.erp.set_credit_limit(office.customer, own)

    found = standing(office)

    assert (found.limit, found.is_limit_known) == (limit, True)


def test_contact_stands_as_the_company_behind_it(office: Office) -> None:
    erp = office.erp
    buyer = erp.add_partner("Ada Byron", parent_id=office.customer)
    erp.use_credit_limits()
    erp.set_credit_limit(office.customer, 10)
    (immediate, _) = office.adapter().payment_terms()
    erp.store.update(
        "res.partner", office.customer, {"property_payment_term_id": int(immediate.ref)}
    )
    sell(office, 1)

    found = standing(office, buyer)

    assert (found.limit, found.exposure) == (Decimal(10), Decimal("23.79"))
    assert (found.payment_term_ref, found.payment_term_name) == (immediate.ref, "Immediate Payment")
    assert "has reached its credit limit of: USD\u00a010.00" in found.note


# ---------------------------------------------------------------- rights


def test_hidden_limit_is_said_to_be_unknown(office: Office) -> None:
    erp = office.erp
    erp.use_credit_limits()
    erp.set_credit_limit(office.customer, 10)
    sell(office, 1)
    erp.sign_in_as(
        "sales-only", uid=erp.service_uid, login="portal", lacks=frozenset({"accounting"})
    )

    found = standing(office, api_key="sales-only")

    assert (found.limit, found.is_limit_known, found.exposure) == (None, False, Decimal(0))
    assert "has reached its credit limit" in found.note  # that much Odoo tells everybody


def test_hidden_limit_does_not_matter_where_none_counts(office: Office) -> None:
    erp = office.erp
    erp.sign_in_as(
        "sales-only", uid=erp.service_uid, login="portal", lacks=frozenset({"accounting"})
    )

    assert standing(office, api_key="sales-only").is_limit_known


# ---------------------------------------------------------------- blocks and notes


def test_archived_customer_is_blocked(office: Office) -> None:
    office.erp.store.update("res.partner", office.customer, {"active": False})

    found = standing(office)

    assert (found.is_blocked, found.block_reason) == (True, "Acme GmbH is archived in Odoo.")


def test_warning_of_the_customer_is_noted_once(office: Office) -> None:
    words = {"sale_warn_msg": "Always ask for a purchase order number."}
    office.erp.store.update("res.partner", office.customer, words)

    found = standing(office)

    assert found.note.count("Always ask for a purchase order number.") == 1
    assert not found.is_blocked


@pytest.mark.parametrize("office", [17], indirect=True, ids=["jsonrpc"])
def test_blocking_message_of_older_versions_blocks(office: Office) -> None:
    words = {"sale_warn": "block", "sale_warn_msg": "Bankrupt since June."}
    office.erp.store.update("res.partner", office.customer, words)

    found = standing(office)

    assert (found.is_blocked, found.block_reason) == (True, "Bankrupt since June.")


# ---------------------------------------------------------------- what fails


@pytest.mark.parametrize(
    ("customer_ref", "reason"), [("999999", "unknown_customer"), ("ACME", "bad_customer_ref")]
)
def test_customer_who_is_not_there_needs_a_person(
    office: Office, customer_ref: str, reason: str
) -> None:
    with pytest.raises(NeedsOperator) as caught:
        office.adapter().credit_standing(customer_ref)

    assert caught.value.reason == reason


def test_database_that_is_down_is_told_as_such(office_19: Office) -> None:
    office_19.erp.is_database_up = False

    with pytest.raises(Unavailable):
        standing(office_19)


def test_asking_writes_nothing(office: Office) -> None:
    sell(office, 1)
    before = office.erp.orders()

    standing(office)

    assert office.erp.orders() == before


# ---------------------------------------------------------------- terms


def test_terms_in_use_are_listed_with_their_days(office: Office) -> None:
    end_of_month = office.erp.add_payment_term("End of month", 0, "days_after_end_of_month")
    old = office.erp.add_payment_term("90 Days", 90)
    office.erp.store.update("account.payment.term", old, {"active": False})

    found = office.adapter().payment_terms()

    assert [(one.name, one.days) for one in found] == [
        ("Immediate Payment", 0),
        ("30 Days", 30),
        ("End of month", None),
    ]
    assert found[2].ref == str(end_of_month)
