"""An order is for the ERP's customer that was quoted, whoever of the company signs."""

import pytest

from integrations.models import Buyer, Connection, Flow, IdLink, User
from quotes.errors import Incomplete, NotOrderable
from quotes.models import Acceptance, Version
from quotes.services import answering, customers, drafting, offering
from quotes.services.answering import Answer
from quotes.services.quoted_order import order_of
from quotes.states import VersionState
from tests.factories import BuyerFactory, ConnectionFactory, FlowFactory, IdLinkFactory, sales_rep
from tests.quotes.factories import QuoteFactory, VersionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def flow() -> Flow:
    return FlowFactory(live=True)


@pytest.fixture
def ben(flow: Flow) -> Buyer:
    """Who asked for the quote: customer 7 of the ERP."""
    return linked(BuyerFactory(email="ben@company.example"), "cus_ben", "7", flow)


def linked(person: Buyer, login: str, customer: str, flow: Flow) -> Buyer:
    Buyer.objects.filter(pk=person.pk).update(storefront_customer_id=login)
    person.refresh_from_db()
    IdLinkFactory(source=flow.source, source_ref=login, target=flow.target, target_ref=customer)
    return person


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def offer(ben: Buyer, sam: User) -> Version:
    return offering.offer(VersionFactory(approved=True, quote__buyer=ben), user=sam)


def accept(version: Version, person: Buyer) -> Acceptance:
    seen = Answer(revision=version.revision, sha256=version.sha256, signature="Ada")
    return answering.accept(version, person=person, answer=seen)


def test_customer_is_frozen_with_the_offer(offer: Version, flow: Flow) -> None:
    IdLink.objects.update(target_ref="8")

    offer.refresh_from_db()
    assert (offer.erp, offer.erp_customer_ref) == (flow.target, "7")


def test_approver_without_a_login_signs_and_the_quotes_buyer_is_ordered_for(
    offer: Version, ben: Buyer, flow: Flow
) -> None:
    ada = BuyerFactory(account=ben.account, email="ada@company.example")

    acceptance = accept(offer, ada)

    assert (acceptance.buyer, acceptance.orderer) == (ada, ben)
    order = order_of(acceptance, flow.source)
    assert (order.customer_id, order.email) == ("cus_ben", "ada@company.example")
    assert order.metadata["accepted_by"] == "ada@company.example"


def test_approver_of_another_customer_does_not_take_the_order_there(
    offer: Version, ben: Buyer, flow: Flow
) -> None:
    ada = linked(BuyerFactory(account=ben.account), "cus_ada", "99", flow)

    acceptance = accept(offer, ada)

    assert acceptance.orderer == ben
    assert acceptance.version.erp_customer_ref == "7"


def test_who_accepts_is_ordered_for_where_the_quotes_buyer_has_no_login(
    ben: Buyer, flow: Flow, sam: User
) -> None:
    pat = BuyerFactory(account=ben.account)
    flow_customer(ben, flow)
    offer = offering.offer(VersionFactory(approved=True, quote__buyer=pat), user=sam)

    assert accept(offer, ben).orderer == ben


def flow_customer(ben: Buyer, flow: Flow) -> None:
    """The account as a whole is customer 7, too."""
    ben.account.storefront_group_id = "group_1"
    ben.account.save()
    IdLinkFactory(
        kind="account", source=flow.source, source_ref="group_1", target=flow.target, target_ref="7"
    )


def test_offer_that_nobody_could_order_is_refused_to_sales(
    ben: Buyer, flow: Flow, sam: User
) -> None:
    flow_customer(ben, flow)
    Buyer.objects.update(storefront_customer_id="")
    version = VersionFactory(approved=True, quote__buyer=Buyer.objects.get(pk=ben.pk))

    with pytest.raises(Incomplete, match="has a login in .* that belongs to customer 7"):
        offering.offer(version, user=sam)


def test_offer_of_an_account_without_a_customer_is_refused_to_sales(ben: Buyer, sam: User) -> None:
    IdLink.objects.all().delete()

    with pytest.raises(Incomplete, match="no customer"):
        offering.offer(VersionFactory(approved=True, quote__buyer=ben), user=sam)


def test_offer_that_was_priced_for_another_customer_is_priced_again(
    ben: Buyer, flow: Flow, sam: User
) -> None:
    version = VersionFactory(approved=True, quote__buyer=ben, erp=flow.target, erp_customer_ref="6")

    with pytest.raises(Incomplete, match="priced for customer 6.*price it again"):
        offering.offer(version, user=sam)


def test_new_revision_remembers_for_whom_it_was_priced(offer: Version, sam: User) -> None:
    assert drafting.requote(offer, user=sam).erp_customer_ref == "7"


def test_acceptance_that_nobody_could_order_is_refused_in_words(offer: Version, ben: Buyer) -> None:
    Buyer.objects.update(storefront_customer_id="")

    with pytest.raises(NotOrderable, match="not set up .* call your contact"):
        accept(offer, Buyer.objects.get(pk=ben.pk))

    assert Version.objects.get().state == VersionState.OFFERED
    assert not Acceptance.objects.exists()


def test_offer_of_another_erp_is_not_ordered_in_this_one(offer: Version, ben: Buyer) -> None:
    other: Connection = ConnectionFactory(erp=True)
    Version.objects.update(erp=other)

    with pytest.raises(NotOrderable):
        accept(Version.objects.get(), ben)


def test_credit_is_asked_of_the_customer_that_was_quoted(offer: Version, flow: Flow) -> None:
    IdLink.objects.update(target_ref="8")

    assert customers.asked_about(Version.objects.get(), flow) == "7"
    draft = VersionFactory(quote=QuoteFactory(buyer=offer.quote.buyer))
    assert customers.asked_about(draft, flow) == "8"
