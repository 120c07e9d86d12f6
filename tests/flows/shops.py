"""A storefront's connection to a shop server that a test has started."""

from integrations.adapters.medusa.sandbox import MedusaStandIn
from integrations.models import Connection
from tests.factories import ConnectionFactory


def connected(medusa: MedusaStandIn, **settings: str) -> Connection:
    made: Connection = ConnectionFactory(
        base_url=medusa.url,
        allow_private_addresses=True,
        credentials={"secret_key": medusa.shop.secret_key},
        settings=settings,
    )
    return made
