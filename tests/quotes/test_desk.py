"""Sales finds the company of a request, and enters one that ended again."""

import pytest
from django.utils import timezone

from integrations.models import StateChange, User
from quotes.actors import staff
from quotes.errors import Incomplete
from quotes.models import Rfq
from quotes.services import desk
from quotes.states import RfqState
from tests.factories import AccountFactory, BuyerFactory, sales_rep
from tests.quotes.factories import RfqFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


def from_nobody_known() -> Rfq:
    return RfqFactory(submitted=True, buyer=None, account=None, contact_email="Ann@lund.example")


def test_request_of_nobody_known_gets_its_company_and_buyer(sam: User) -> None:
    rfq = from_nobody_known()
    ann = BuyerFactory(email="ann@lund.example")

    desk.assign_account(rfq, actor=staff(sam), account=ann.account)

    rfq.refresh_from_db()
    assert (rfq.account, rfq.buyer) == (ann.account, ann)
    noted = StateChange.objects.get(subject="rfq", subject_id=rfq.pk)
    assert noted.reason == f"assigned to {ann.account}"


def test_buyer_of_another_company_does_not_become_the_buyer(sam: User) -> None:
    rfq = from_nobody_known()
    BuyerFactory(email="ann@lund.example")

    assert desk.assign_account(rfq, actor=staff(sam), account=AccountFactory()).buyer is None


def test_request_keeps_the_company_it_has(sam: User) -> None:
    rfq = RfqFactory(submitted=True)

    with pytest.raises(Incomplete, match="belongs to"):
        desk.assign_account(rfq, actor=staff(sam), account=AccountFactory())


def test_closed_request_gets_no_company(sam: User) -> None:
    rfq = from_nobody_known()
    Rfq.objects.update(state=RfqState.DECLINED)

    with pytest.raises(Incomplete, match="closed"):
        desk.assign_account(rfq, actor=staff(sam), account=AccountFactory())


def test_request_that_ended_is_entered_again_and_taken_on(sam: User) -> None:
    rfq = RfqFactory(submitted=True, lines=2)
    Rfq.objects.update(state=RfqState.DECLINED)
    rfq.refresh_from_db()

    again = desk.enter_again(rfq, user=sam, now=timezone.now())

    again.refresh_from_db()
    assert (again.state, again.assigned_to, again.source) == (RfqState.IN_REVIEW, sam, "sales")
    assert again.copied_from == rfq
    assert again.lines.count() == 2


def test_open_request_is_not_entered_again(sam: User) -> None:
    with pytest.raises(Incomplete, match="still submitted"):
        desk.enter_again(RfqFactory(submitted=True), user=sam, now=timezone.now())
