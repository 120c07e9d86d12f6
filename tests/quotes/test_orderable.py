"""What could not become an order is not submitted, approved or sent, and the sentence says why."""

from decimal import Decimal

import pytest

from integrations.flows.links import bind
from integrations.models import Connection, Flow, IdLink, User
from quotes.errors import Incomplete
from quotes.models import Quote, Version
from quotes.services import approving, offering
from quotes.states import VersionState
from tests.factories import BuyerFactory, ConnectionFactory, FlowFactory, sales_rep
from tests.quotes.factories import VersionFactory, VersionLineFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return sales_rep()


@pytest.fixture
def erp() -> Connection:
    """Of the orders flow that quotes trade through."""
    erp = ConnectionFactory(erp=True, name="Ledger")
    FlowFactory(kind="orders", source=ConnectionFactory(name="Shop"), target=erp)
    return erp


def orderable(version: Version, *, erp: Connection) -> Version:
    """Its company has a login in the shop that belongs to a customer of the ERP."""
    shop, quote = Flow.objects.get().source, version.quote
    person = BuyerFactory(account=quote.account, storefront_customer_id="cus_1")
    Quote.objects.filter(pk=quote.pk).update(buyer=person)
    bind(
        IdLink.Kind.CUSTOMER,
        source=shop,
        source_ref="cus_1",
        target=erp,
        target_ref="7",
        actor="olga",
    )
    return Version.objects.get(pk=version.pk)


def words_only(**changed: object) -> Version:
    version = VersionFactory()
    line = {"sku": "", "title": "Welded frame by drawing 4711", **changed}
    VersionLineFactory(version=version, n=2, **line)
    return version


def test_free_text_is_refused_while_the_erp_has_no_product_for_it(
    erp: Connection, sam: User
) -> None:
    with pytest.raises(Incomplete, match="line 2 is free text, and Ledger has no product"):
        approving.submit_version(words_only(), user=sam)


def test_free_text_passes_where_the_connection_names_a_product(erp: Connection, sam: User) -> None:
    erp.settings = {**erp.settings, "free_text_product_ref": "77"}
    erp.save()

    version = approving.submit_version(orderable(words_only(), erp=erp), user=sam)

    assert offering.offer(version, user=sam).state == VersionState.OFFERED


def test_setting_that_is_gone_before_the_offer_is_sent_stops_it(erp: Connection, sam: User) -> None:
    Connection.objects.filter(pk=erp.pk).update(
        settings={**erp.settings, "free_text_product_ref": "77"}
    )
    version = approving.submit_version(words_only(), user=sam)
    Connection.objects.filter(pk=erp.pk).update(settings=erp.settings)

    with pytest.raises(Incomplete, match="line 2 is free text"):
        offering.offer(version, user=sam)


def test_free_text_outside_the_totals_is_not_ordered_and_may_stay(
    erp: Connection, sam: User
) -> None:
    version = words_only(is_optional=True)

    assert approving.submit_version(version, user=sam).state == VersionState.APPROVED


def test_sku_that_the_erp_does_not_know_is_refused_and_a_linked_one_is_not(
    erp: Connection, sam: User
) -> None:
    version = words_only(sku="FRAME-9", variant_ref="")
    with pytest.raises(Incomplete, match="line 2: no product of Ledger .* SKU FRAME-9"):
        approving.submit_version(version, user=sam)

    shop = Connection.objects.get(name="Shop")
    bind(IdLink.Kind.VARIANT, erp, "31", shop, "variant_31", actor="test", label="FRAME-9")

    assert approving.submit_version(version, user=sam).state == VersionState.APPROVED


def test_freight_without_a_way_of_shipping_is_refused(sam: User) -> None:
    version = VersionFactory()
    Version.objects.filter(pk=version.pk).update(freight_net=Decimal("12.90"))
    with pytest.raises(Incomplete, match="freight is charged, but no way of shipping"):
        approving.submit_version(version, user=sam)

    Version.objects.filter(pk=version.pk).update(shipping_ref="so_1")
    version = approving.submit_version(version, user=sam)
    Version.objects.filter(pk=version.pk).update(shipping_ref="")

    with pytest.raises(Incomplete, match="freight is charged"):
        offering.offer(version, user=sam)
