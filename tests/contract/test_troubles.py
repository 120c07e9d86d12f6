"""What people get wrong around an ERP: one sentence that says what, a hint that says what to do.

Refused credentials pause the connection; everything else parks the order that met it alone.
"""

from collections.abc import Mapping
from typing import Any

import pytest

from integrations.adapters import troubles
from integrations.errors import AuthFailed, NeedsOperator, PortalError, Unavailable
from integrations.ports.erp import PushesOrders
from integrations.records import OrderDraft
from tests.contract.office import Office
from tests.contract.orders import Desk, able

LONGEST = 400  # characters that still are a sentence


@pytest.fixture
def own_desk(own_office: Office) -> Desk:
    return Desk(own_office, number=1)


def refused(office: Office, draft: OrderDraft, **opened: Mapping[str, str]) -> PortalError:
    """What creating and confirming this order comes to."""
    able(office, PushesOrders)
    with pytest.raises(PortalError) as caught:
        adapter: Any = office.adapter(**opened)
        adapter.confirm_order(adapter.create_order(draft).ref)
    return caught.value


def assert_tells(error: PortalError, office: Office, *hints: str) -> None:
    """One line in our words, what to do, and no secret in either."""
    told = f"{error.message} {error.hint}"
    assert 0 < len(error.message) <= LONGEST
    assert error.message[0].isupper()
    assert error.hint.endswith("."), error.hint
    assert any(hint.lower() in error.hint.lower() for hint in hints), error.hint
    assert not [one for one in office.seed.secrets.values() if len(one) > 6 and one in told]


def assert_parks(error: PortalError, reason: str) -> None:
    assert isinstance(error, NeedsOperator), f"{type(error).__name__}: {error.message}"
    assert error.reason == reason
    assert error.cause.startswith(reason)


def test_wrong_credentials(office: Office, desk: Desk) -> None:
    error = refused(office, desk.draft(), secrets=office.wrong_secrets())

    assert isinstance(error, AuthFailed)
    assert_tells(error, office, "secret", "key", "password", "credentials")
    assert error.remote_words, "the remote's own words are kept"


def test_credentials_that_have_run_out(own_office: Office, own_desk: Desk) -> None:
    """Most vendors answer them like wrong ones: so the hint has to think of it."""
    own_office.expire_secrets()

    error = refused(own_office, own_desk.draft())

    assert isinstance(error, AuthFailed)
    assert_tells(error, own_office, "expired", "run out")


def test_wrong_company_tenant_or_database(office: Office, desk: Desk) -> None:
    wrong = office.wrong_place()
    if not wrong:
        pytest.skip("the address is all that names it")

    error = refused(office, desk.draft(), settings=wrong)

    # some ERPs cannot tell it from a database that is down, or from a wrong password
    assert isinstance(error, NeedsOperator | AuthFailed | Unavailable)
    assert_tells(error, office, *(name.partition("_")[0] for name in wrong))
    if isinstance(error, NeedsOperator):
        assert error.reason == troubles.BAD_SETTING


def test_wrong_company_tenant_or_database_is_found_by_the_test(office: Office) -> None:
    wrong = office.wrong_place()
    if not wrong:
        pytest.skip("the address is all that names it")

    report = office.adapter(settings=wrong).test()

    failed = [check for check in report.checks if not check.ok]
    names = [name.partition("_")[0] for name in wrong]
    assert any(name in check.hint.lower() for check in failed for name in names), failed


def test_missing_permission(own_office: Office, own_desk: Desk) -> None:
    own_office.forbid_orders()
    draft = own_desk.draft()

    error = refused(own_office, draft)

    assert_parks(error, troubles.ACCESS_DENIED)
    assert_tells(error, own_office, "right", "role", "permission")
    assert own_office.orders_with(draft.our_ref) == []


def test_product_that_the_erp_does_not_have(office: Office, desk: Desk) -> None:
    gone = office.no_product()
    draft = desk.draft([desk.tape(), desk.line("line_9", product_ref=gone)])

    error = refused(office, draft)

    assert_parks(error, troubles.UNKNOWN_PRODUCT)
    assert gone in error.message or error.ids.get("line") == "line_9"
    assert_tells(error, office, "link the variant")
    assert office.orders_with(draft.our_ref) == []


def test_blocked_customer(own_office: Office, own_desk: Desk) -> None:
    if not own_office.refuses_blocked_customers():
        pytest.skip("the ERP takes orders of anybody; the portal's checks are before it")
    own_office.block_customer("usual")

    error = refused(own_office, own_desk.draft())

    assert_parks(error, troubles.CUSTOMER_BLOCKED)
    customer = own_office.customer("usual")
    assert customer in error.message
    assert customer in error.cause, "another customer is another issue"
    assert_tells(error, own_office, "customer", "block", "hold")


def test_closed_period(own_office: Office, own_desk: Desk) -> None:
    if not own_office.close_period():
        pytest.skip("an order is no entry in the books of this ERP")

    error = refused(own_office, own_desk.draft())

    assert_parks(error, troubles.CLOSED_PERIOD)
    assert_tells(error, own_office, "period")


def test_refusal_of_one_order_is_not_that_of_the_next(office: Office, desk: Desk) -> None:
    """An order that the ERP cannot take spoils nothing for the one after it."""
    adapter = able(office, PushesOrders)
    with pytest.raises(PortalError):
        adapter.create_order(desk.draft([desk.line(product_ref=office.no_product())]))

    order = adapter.create_order(desk.draft())

    assert adapter.confirm_order(order.ref).is_confirmed
