"""The adapter: all abilities over one client."""

from collections.abc import Mapping

from integrations.adapters.odoo.answers import WithoutDebug
from integrations.adapters.odoo.client import OdooClient
from integrations.adapters.odoo.companies import Companies
from integrations.adapters.odoo.fields import Fields
from integrations.adapters.odoo.health import Health
from integrations.adapters.odoo.invoices import Invoices
from integrations.adapters.odoo.payments import Payments
from integrations.adapters.odoo.prices import Prices
from integrations.adapters.odoo.products import Products
from integrations.adapters.odoo.progress import Progress
from integrations.adapters.odoo.settings import read_settings
from integrations.adapters.odoo.stock import Stock
from integrations.adapters.odoo.terms import Terms
from integrations.http import Session


class OdooAdapter(
    Products, Payments, Progress, Invoices, Prices, Terms, Companies, Stock, Fields, Health
):
    """One connection to one company of one Odoo database. Not shared between threads."""


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> OdooAdapter:
    """Opens no connection yet. Raises NeedsOperator for settings that make no sense."""
    typed = read_settings(settings)
    # Odoo sends stack traces with paths and hosts; they are not kept
    session.recorder = WithoutDebug(session.recorder)
    client = OdooClient(
        session,
        database=typed.database,
        api_key=secrets.get("api_key", ""),
        login=typed.login,
        protocol=typed.protocol,
        company_id=typed.company_id,
    )
    return OdooAdapter(client, typed)
