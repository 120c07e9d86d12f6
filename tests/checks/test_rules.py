"""May this account buy this, on these terms: one row per rule, and what outweighs what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from integrations.checks import BuyRequest, Code, Policy, Verdict, may_buy
from integrations.records import CreditStanding

NOW = datetime(2026, 11, 27, 9, 0, tzinfo=UTC)
FINE = CreditStanding(
    is_blocked=False,
    block_reason="",
    limit=Decimal(1000),
    is_limit_known=True,
    exposure=Decimal(400),
    currency="EUR",
    as_of=NOW - timedelta(minutes=1),
    payment_term_ref="4",
    payment_term_name="30 Days",
    note="",
)
ORDER = BuyRequest(gross_total=Decimal(100), currency="EUR")
PREPAID = Policy(prepayment_term_refs=frozenset({"1"}))


def outcome(verdict: Verdict) -> str:
    if not verdict.is_allowed:
        return "held" if verdict.is_held else "blocked"
    return "review" if verdict.needs_review else "allowed"


def codes(verdict: Verdict) -> list[Code]:
    return [reason.code for reason in verdict.reasons]


def test_account_in_good_standing_may_buy() -> None:
    verdict = may_buy(ORDER, FINE, NOW)

    assert verdict == Verdict(is_allowed=True, needs_review=False, reasons=())


# ---------------------------------------------------------------- blocks


def test_account_blocked_in_the_portal_may_not_buy() -> None:
    request = replace(ORDER, is_account_blocked=True, account_block_reason="Fraud, see case 7")

    verdict = may_buy(request, FINE, NOW)

    assert (outcome(verdict), codes(verdict)) == ("blocked", [Code.ACCOUNT_BLOCKED])
    assert "Fraud, see case 7" in verdict.reasons[0].text_for_operator
    assert "Fraud" not in verdict.reasons[0].text_for_buyer


def test_account_blocked_in_the_portal_may_not_buy_while_the_erp_is_down() -> None:
    request = replace(ORDER, is_account_blocked=True)

    verdict = may_buy(request, None, NOW, Policy(when_unknown="warn"))

    assert outcome(verdict) == "blocked"
    assert codes(verdict) == [Code.ACCOUNT_BLOCKED, Code.STANDING_UNKNOWN]


@pytest.mark.parametrize("term", ["4", "1"], ids=["on credit", "prepaid"])
def test_customer_blocked_in_the_erp_may_not_buy(term: str) -> None:
    blocked = replace(FINE, is_blocked=True, block_reason="Unpaid since May", payment_term_ref=term)

    verdict = may_buy(ORDER, blocked, NOW, PREPAID)

    assert outcome(verdict) == "blocked"
    assert verdict.reasons[0].code == Code.BLOCKED_IN_ERP
    assert "Unpaid since May" in verdict.reasons[0].text_for_operator
    assert "Unpaid" not in verdict.reasons[0].text_for_buyer


# ---------------------------------------------------------------- the credit limit


@pytest.mark.parametrize(
    ("limit", "exposure", "open_orders", "total", "expected"),
    [
        ("1000", "400", {}, "600", "allowed"),  # to the cent
        ("1000", "400", {}, "600.01", "blocked"),
        ("1000", "400", {"EUR": "500"}, "100", "allowed"),
        ("1000", "400", {"EUR": "500.01"}, "100", "blocked"),
        ("1000", "-200", {}, "1200", "allowed"),  # they have paid ahead
        ("1000", "1000.01", {}, "0", "blocked"),  # over it before they came
        (None, "900000", {"EUR": "900000"}, "900000", "allowed"),  # no limit
    ],
)
def test_exposure_open_orders_and_this_one_stay_within_the_limit(
    limit: str | None, exposure: str, open_orders: dict[str, str], total: str, expected: str
) -> None:
    standing = replace(FINE, limit=limit and Decimal(limit), exposure=Decimal(exposure))
    amounts = {currency: Decimal(amount) for currency, amount in open_orders.items()}
    request = replace(ORDER, gross_total=Decimal(total), open_orders=amounts)

    verdict = may_buy(request, standing, NOW)

    assert outcome(verdict) == expected
    assert codes(verdict) == ([Code.LIMIT_EXCEEDED] if expected == "blocked" else [])


def test_operator_reads_the_sum_and_the_buyer_no_figure() -> None:
    request = replace(ORDER, gross_total=Decimal("650.50"), open_orders={"EUR": Decimal(49)})

    (reason,) = may_buy(request, FINE, NOW).reasons

    assert reason.text_for_operator == (
        "400 owed and 699.50 on open orders and this one make 1,099.50 EUR; the limit is 1,000 EUR."
    )
    assert not any(character.isdigit() for character in reason.text_for_buyer)


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (replace(ORDER, currency="USD"), "review"),
        (replace(ORDER, open_orders={"USD": Decimal(5)}), "review"),
        (replace(ORDER, open_orders={"USD": Decimal(0)}), "allowed"),
        # what is comparable is over it already
        (replace(ORDER, currency="USD", open_orders={"EUR": Decimal(601)}), "blocked"),
    ],
)
def test_amounts_in_another_currency_are_for_a_person_to_judge(
    request_: BuyRequest, expected: str
) -> None:
    verdict = may_buy(request_, FINE, NOW, Policy(when_unjudged="warn"))

    assert outcome(verdict) == expected


def test_operator_reads_what_could_not_be_compared() -> None:
    (reason,) = may_buy(replace(ORDER, currency="USD"), FINE, NOW).reasons

    assert reason.code == Code.LIMIT_IN_OTHER_CURRENCY
    assert "100 USD" in reason.text_for_operator


def test_currency_does_not_matter_without_a_limit() -> None:
    verdict = may_buy(replace(ORDER, currency="USD"), replace(FINE, limit=None), NOW)

    assert outcome(verdict) == "allowed"


# ---------------------------------------------------------------- what is not known


@pytest.mark.parametrize(("when", "expected"), [("warn", "review"), ("block", "blocked")])
def test_unknown_standing_follows_the_policy(when: str, expected: str) -> None:
    verdict = may_buy(ORDER, None, NOW, Policy(when_unknown=when))  # type: ignore[arg-type]

    assert (outcome(verdict), codes(verdict)) == (expected, [Code.STANDING_UNKNOWN])


HIDDEN = replace(FINE, limit=None, is_limit_known=False, exposure=Decimal(0))
UNTOLD = replace(ORDER, why_untold="It has no credit limits.")


@pytest.mark.parametrize(("when", "expected"), [("warn", "review"), ("hold", "held")])
@pytest.mark.parametrize(
    ("request_", "standing", "code"),
    [
        (ORDER, HIDDEN, Code.LIMIT_UNKNOWN),
        (UNTOLD, None, Code.STANDING_UNTOLD),
        (replace(ORDER, currency="USD"), FINE, Code.LIMIT_IN_OTHER_CURRENCY),
    ],
    ids=["limit is hidden", "erp tells nothing", "other currency"],
)
def test_what_cannot_be_judged_follows_the_policy(
    request_: BuyRequest, standing: CreditStanding | None, code: Code, when: str, expected: str
) -> None:
    policy = Policy(when_unjudged=when)  # type: ignore[arg-type]

    verdict = may_buy(request_, standing, NOW, policy)

    assert (outcome(verdict), codes(verdict)) == (expected, [code])


def test_what_cannot_be_judged_is_held_unless_the_seller_decided_otherwise() -> None:
    verdict = may_buy(replace(ORDER, currency="USD"), FINE, NOW)

    assert (verdict.is_held, verdict.is_allowed) == (True, False)
    assert "Nothing was ordered" in verdict.reasons[0].text_for_buyer


def test_a_block_is_not_merely_held() -> None:
    blocked = replace(FINE, is_blocked=True, limit=None, is_limit_known=False)

    assert outcome(may_buy(ORDER, blocked, NOW)) == "blocked"


@pytest.mark.parametrize(
    ("age_min", "when", "expected"),
    [(15, "block", "allowed"), (16, "warn", "review"), (16, "block", "blocked")],
)
def test_stale_standing_follows_the_policy(age_min: int, when: str, expected: str) -> None:
    standing = replace(FINE, as_of=NOW - timedelta(minutes=age_min))
    policy = Policy(max_age=timedelta(minutes=15), when_stale=when)  # type: ignore[arg-type]

    verdict = may_buy(ORDER, standing, NOW, policy)

    assert outcome(verdict) == expected
    assert codes(verdict) == ([] if expected == "allowed" else [Code.STANDING_STALE])


def test_stale_standing_still_counts() -> None:
    standing = replace(FINE, as_of=NOW - timedelta(days=1), exposure=Decimal(5000))

    verdict = may_buy(ORDER, standing, NOW, Policy(when_stale="warn"))

    assert outcome(verdict) == "blocked"
    assert codes(verdict) == [Code.STANDING_STALE, Code.LIMIT_EXCEEDED]


# ---------------------------------------------------------------- terms


@pytest.mark.parametrize(
    ("account_term", "order_term", "expected", "code"),
    [
        ("1", "", "allowed", Code.PREPAYMENT),
        ("1", "1", "allowed", Code.PREPAYMENT),
        ("4", "1", "allowed", Code.PREPAYMENT),
        ("1", "4", "review", Code.PREPAYMENT_REQUIRED),
        ("4", "5", "allowed", None),
    ],
)
def test_who_pays_first_and_what_was_offered(
    account_term: str, order_term: str, expected: str, code: Code | None
) -> None:
    standing = replace(FINE, payment_term_ref=account_term)
    request = replace(ORDER, payment_term_ref=order_term)

    verdict = may_buy(request, standing, NOW, PREPAID)

    assert (outcome(verdict), codes(verdict)) == (expected, [code] if code else [])


def test_prepaid_order_uses_up_no_limit() -> None:
    request = replace(ORDER, gross_total=Decimal(99999), payment_term_ref="1")

    assert outcome(may_buy(request, FINE, NOW, PREPAID)) == "allowed"
    assert outcome(may_buy(request, FINE, NOW, Policy())) == "blocked"
