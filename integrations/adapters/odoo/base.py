"""What every ability of the adapter shares: the client and the settings."""

from integrations.adapters.odoo.client import OdooClient
from integrations.adapters.odoo.settings import OdooSettings


class OdooPart:
    """One ability; the adapter is made of these. `page_size`: rows per page of any list."""

    page_size = 500  # larger pages are hardly faster, and slow for wide rows

    def __init__(self, client: OdooClient, settings: OdooSettings) -> None:
        self.client = client
        self.settings = settings
