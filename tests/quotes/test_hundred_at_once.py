"""A hundred people press accept in one moment, each over a connection of their own."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django.plugin import DjangoDbBlocker

from integrations.engine.models import SyncJob
from integrations.models import Buyer
from integrations.sandbox.storefront.postgres import (
    PrivateCluster,
    ensure_database,
    with_database,
)
from quotes.errors import QuoteError, Stale
from quotes.models import Acceptance, Version
from quotes.services import answering
from quotes.services.answering import Answer
from tests.factories import BuyerFactory, FlowFactory, IdLinkFactory
from tests.quotes.factories import QuoteFactory, RfqFactory, VersionFactory
from tests.support import postgres

pytestmark = [pytest.mark.postgres, pytest.mark.slow]

MANY = 100


@pytest.fixture
def roomy(
    tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """A server of our own that takes them all at once; the usual one takes a hundred in all."""
    cluster = PrivateCluster(tmp_path_factory.mktemp("roomy"), max_connections=MANY + 20)
    url = with_database(cluster.start(), "test_hundred")
    try:
        ensure_database(url)
        with django_db_blocker.unblock(), postgres.as_default(url):
            call_command("migrate", verbosity=0, skip_checks=True)
            yield
    finally:
        cluster.stop()


def test_hundred_acceptances_at_once_are_one(roomy: None) -> None:
    ben, offer = someone_with_an_offer()
    together = Barrier(MANY, timeout=120)

    def accept(n: int) -> str:
        try:
            connection.ensure_connection()
            together.wait()
            seen = Answer(revision=1, sha256=offer.sha256, signature="Ben Buyer", key=f"press {n}")
            return type(answering.accept(offer, person=ben, answer=seen)).__name__
        except QuoteError as refused:
            return type(refused).__name__
        finally:
            connection.close()

    with ThreadPoolExecutor(MANY) as threads:
        ends = Counter(threads.map(accept, range(MANY)))

    assert ends == {Acceptance.__name__: 1, Stale.__name__: MANY - 1}
    placing = SyncJob.objects.filter(kind="place_quote_order")
    assert (Acceptance.objects.count(), placing.count()) == (1, 1)


def someone_with_an_offer() -> tuple[Buyer, Version]:
    flow = FlowFactory(live=True)
    ben = BuyerFactory(storefront_customer_id="cus_ben")
    IdLinkFactory(source=flow.source, source_ref="cus_ben", target=flow.target, target_ref="7")
    rfq = RfqFactory(quoted=True, buyer=ben)
    return ben, VersionFactory(offered=True, quote=QuoteFactory(rfq=rfq, buyer=ben))
