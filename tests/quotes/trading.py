"""A buyer whose company the ERP knows: what an acceptance asks for."""

from integrations.gateways.connections import add_connection
from integrations.models import Buyer, Flow
from integrations.sandbox.company import NORDWIND
from integrations.sandbox.seeds import ErpSeed
from tests import factories as make


def trade(buyer: Buyer, books: ErpSeed) -> Flow:
    """Connects a shop and the ERP, where this buyer is the usual customer, in good standing."""
    erp = add_connection(
        kind="odoo",
        name="ERP",
        url=books.url,
        settings={
            "database": books.database,
            "pricelists": f"EUR={books.pricelists['EUR']}",
            "rounding_product_ref": str(books.rounding_product),
        },
        credentials={"api_key": books.api_key},
        actor="test",
        allow_private=True,
    )
    flow = make.FlowFactory(live=True, target=erp)
    customer = buyer.storefront_customer_id, str(books.customers[NORDWIND.email])
    make.IdLinkFactory(
        source=flow.source, source_ref=customer[0], target=erp, target_ref=customer[1]
    )
    return flow
