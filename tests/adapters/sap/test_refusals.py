"""What an operator reads where SAP refuses: one sentence, what to do, SAP's own words behind it.

Each trouble is made inside the stand-in, as SAP's staff would, and stops no more than it must.
"""

from collections.abc import Callable
from dataclasses import dataclass

import pytest

from integrations.adapters.sap.answers import explain_json
from integrations.adapters.sap.meanings import meaning_of, refused_client, refused_sign_in
from integrations.errors import AuthFailed, NeedsOperator, Rejected
from integrations.http import Reply
from tests.adapters.sap.sales import Sales
from tests.contract.offices.sap import SapOffice


def without_sales_data(office: SapOffice) -> None:
    sales = office.company.sales_data("DRILL-18V")
    assert sales is not None
    office.standin.store.rows["A_ProductSalesDelivery"].remove(sales)


def with_sales_status(office: SapOffice) -> None:
    sales = office.company.sales_data("DRILL-18V")
    assert sales is not None
    sales["ProductSalesStatus"] = "Z9"


def without_sales_area(office: SapOffice) -> None:
    rows = office.standin.store.rows["A_CustomerSalesArea"]
    rows[:] = [row for row in rows if row["Customer"] != office.customer("usual")]


def blocked(office: SapOffice) -> None:
    office.company.block_customer(office.customer("usual"), "02")


def blocked_everywhere(office: SapOffice) -> None:
    row = office.standin.store.one("A_Customer", Customer=office.customer("usual"))
    row["OrderIsBlockedForCustomer"] = "01"


def with_closed_period(office: SapOffice) -> None:
    office.company.exit_message = ("F5/201", "Posting period 011 2026 is not open")


def without_authorisation(office: SapOffice) -> None:
    office.company.exit_message = ("V1/277", "No authorization for sales document type OR")


@dataclass(frozen=True)
class Trouble:
    happens: Callable[[SapOffice], None]
    reason: str
    sentence: str
    says: str
    do: str


TROUBLES = {
    "material not extended": Trouble(
        without_sales_data,
        "product_not_sold",
        "Material DRILL-18V is not extended to the sales area 1010 / 10 / 00 in SAP",
        "Material DRILL-18V is not defined for sales org.",
        "Extend or release it for sale in SAP",
    ),
    "material blocked": Trouble(
        with_sales_status,
        "product_not_sold",
        "Material DRILL-18V has the sales status Z9 in SAP",
        "blocked for sales",
        "Extend or release it for sale in SAP",
    ),
    "customer not extended": Trouble(
        without_sales_area,
        "unknown_customer",
        "Customer 10100001 is not extended to the sales area 1010 / 10 / 00 in SAP",
        "not maintained for sales area",
        "Extend the customer to the sales area in SAP",
    ),
    "customer blocked": Trouble(
        blocked,
        "customer_blocked",
        "is blocked for orders in this sales area in SAP (block 02)",
        "Customer 10100001 is blocked for orders",
        "Take the block off the customer in SAP",
    ),
    "customer blocked everywhere": Trouble(
        blocked_everywhere,
        "customer_blocked",
        "is blocked for orders in all sales areas in SAP (block 01)",
        "Customer 10100001 is blocked for orders",
        "Take the block off the customer in SAP",
    ),
    "posting period": Trouble(
        with_closed_period,
        "closed_period",
        "The posting period is closed in SAP",
        "Posting period 011 2026 is not open",
        "Have accounting open the period",
    ),
    "authorisation": Trouble(
        without_authorisation,
        "erp_access_denied",
        "The user of the connection may not do this in SAP",
        "No authorization for sales document type OR",
        "give the user the role",
    ),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_refusal_says_what_is_wrong_and_what_to_do(sales: Sales, name: str) -> None:
    trouble = TROUBLES[name]
    trouble.happens(sales.office)

    with pytest.raises(NeedsOperator) as caught:
        sales.office.adapter().create_order(sales.draft())

    assert caught.value.reason == trouble.reason
    assert trouble.sentence in caught.value.message
    assert trouble.says in caught.value.message
    assert trouble.do in caught.value.hint
    assert sales.office.orders_with("order_01ABC") == []


@pytest.mark.parametrize("name", TROUBLES)
def test_equal_troubles_are_one_issue(sales: Sales, name: str) -> None:
    """Words name documents and transactions, which differ: the cause holds none of them."""
    TROUBLES[name].happens(sales.office)
    causes = set()

    for our_ref in ("order_01A", "order_01B"):
        with pytest.raises(NeedsOperator) as caught:
            sales.office.adapter().create_order(sales.draft(our_ref=our_ref))
        causes.add(caught.value.cause)

    assert len(causes) == 1


def test_order_goes_through_once_the_trouble_is_gone(sales: Sales) -> None:
    sales.office.company.exit_message = ("F5/201", "Posting period 011 2026 is not open")
    adapter = sales.office.adapter()
    with pytest.raises(NeedsOperator):
        adapter.create_order(sales.draft())

    sales.office.company.exit_message = None

    assert adapter.create_order(sales.draft()).our_ref == "order_01ABC"


def test_unknown_materials_are_named_together(sales: Sales) -> None:
    lines = [sales.line(f"ordli_{n}", product_ref=f"NO-{n}") for n in range(7)]

    with pytest.raises(NeedsOperator) as caught:
        sales.office.adapter().create_order(sales.draft(lines))

    assert caught.value.reason == "unknown_product"
    told = "SAP has no material NO-0, NO-1, NO-2, NO-3, NO-4 and 2 more (SAP: "
    assert caught.value.message.startswith(told)
    assert caught.value.ids["material"] == "NO-0"


def test_unknown_customer_is_told_from_one_that_is_not_extended(sales: Sales) -> None:
    with pytest.raises(NeedsOperator) as caught:
        sales.office.adapter().create_order(sales.draft(customer_ref="99999999"))

    assert caught.value.reason == "unknown_customer"
    assert caught.value.message.startswith("Customer 99999999 does not exist in SAP (SAP: ")


def test_wrong_sales_organisation_is_a_setting_and_one_issue_for_all_orders(sales: Sales) -> None:
    adapter = sales.office.adapter(settings={"sales_organization": "9999"})

    with pytest.raises(NeedsOperator) as caught:
        adapter.create_order(sales.draft())

    assert (caught.value.reason, caught.value.cause) == (
        "bad_setting",
        "bad_setting:sales_organization",
    )
    assert "No customer in SAP has the sales area 9999 / 10 / 00" in caught.value.message
    assert "Correct sales organization" in caught.value.hint


def test_refusal_nobody_can_explain_keeps_saps_words(sales: Sales) -> None:
    sales.office.company.exit_message = ("ZSD/017", "Orders of this kind need a project")

    with pytest.raises(Rejected) as caught:
        sales.office.adapter().create_order(sales.draft())

    assert "Orders of this kind need a project (ZSD/017; transaction " in caught.value.remote_words
    assert caught.value.status == 400


def test_refusal_stays_a_refusal_where_its_reason_cannot_be_looked_up(sales: Sales) -> None:
    adapter, draft = sales.office.adapter(), sales.draft()
    refused = Rejected("SAP refused: no", status=400, remote_words="no (ZSD/017)")
    sales.office.standin.dials.set("fail", only="batch", times=1)

    assert adapter.why_refused(refused, draft) is refused
    assert adapter.why_refused(refused, draft) is refused  # and where nothing is wrong


def test_change_is_refused_in_the_same_words(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    with_sales_status(sales.office)

    with pytest.raises(NeedsOperator) as caught:
        adapter.change_order(
            order.ref, sales.draft([sales.line(quantity=order.lines[0].quantity + 1)])
        )

    assert caught.value.reason == "product_not_sold"


def test_order_in_approval_is_not_changed(sales: Sales) -> None:
    order, adapter = sales.confirmed(), sales.office.adapter()
    sales.office.company.order(order.ref)["SalesDocApprovalStatus"] = "B"

    with pytest.raises(NeedsOperator) as caught:
        adapter.cancel_order(order.ref, "asked to")

    assert caught.value.reason == "erp_order_locked"
    assert "Withdraw the approval" in caught.value.hint


# ---------------------------------------------------------------- signing in


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Logon failed", "SAP refused the credentials."),
        ("Your password has expired", "The password of the SAP user of this connection has"),
        ("Das Kennwort ist abgelaufen", "The password of the SAP user of this connection has"),
        ("Password logon no longer possible - too many failed attempts", "SAP has locked the user"),
        ("User PORTAL is locked. Notify the person responsible", "SAP has locked the user"),
        ("Invalid ApiKey", "The gateway in front of SAP refused the API key."),
    ],
)
def test_refused_sign_in_pauses_the_connection_and_says_why(
    office: SapOffice, words: str, sentence: str
) -> None:
    office.standin.logon_words, office.standin.is_user_usable = words, False

    with pytest.raises(AuthFailed) as caught:
        office.adapter().find_order("order_01")

    assert caught.value.message.startswith(sentence)
    assert words in caught.value.remote_words
    assert "resume" in caught.value.hint


def test_expired_secret_of_an_oauth_client_is_told_apart() -> None:
    assert refused_client("invalid_client: Client secret expired", 401).message.startswith(
        "The secret of the OAuth client has expired"
    )
    assert "refused the OAuth client" in refused_client("invalid_client", 401).message


def test_words_decide_without_a_number_too() -> None:
    found = meaning_of(set(), "Die Buchungsperiode 011 2026 ist nicht geöffnet")

    assert found is not None
    assert found.reason == "closed_period"


@pytest.mark.parametrize(
    "words",
    [
        "Customer 7 is blocked",
        "Password field is not an input",
        "Enter a period of validity",
        "Item 10 is not open for changes",
    ],
)
def test_words_that_only_look_alike_mean_nothing(words: str) -> None:
    assert meaning_of({"V1/999"}, words) is None


def test_password_in_other_words_is_a_plain_refusal() -> None:
    assert refused_sign_in("Enter your password", 401).message == "SAP refused the credentials."


def test_denial_of_one_service_is_one_issue_whatever_the_transaction() -> None:
    def denied(transaction: str) -> NeedsOperator:
        body = (
            '{"error":{"code":"/IWFND/CM_BEC/022","message":{"value":"No authorization"},'
            f'"innererror":{{"transactionid":"{transaction}"}}}}}}'
        )
        found = explain_json(Reply(403, {"content-type": "application/json"}, body), False)
        assert isinstance(found, NeedsOperator)
        return found

    first, second = denied("A1"), denied("B2")

    assert "transaction A1" in first.message
    assert first.cause == second.cause
