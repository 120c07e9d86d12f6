"""What every ability of the adapter shares: the client and the settings."""

from integrations.adapters.business_central.client import BcClient
from integrations.adapters.business_central.settings import BcSettings
from integrations.adapters.business_central.wire import Row


class BcPart:
    """One ability; the adapter is made of these."""

    _local_currency = ""

    def __init__(self, client: BcClient, settings: BcSettings) -> None:
        self.client = client
        self.settings = settings

    @property
    def page_size(self) -> int:
        """Rows that are asked for at once."""
        return self.client.page_size

    @page_size.setter
    def page_size(self, rows: int) -> None:
        self.client.page_size = rows

    def local_currency(self) -> str:
        """The currency of the company; asked once."""
        if not self._local_currency:
            code = self.ledger_setup()["localCurrencyCode"]
            self._local_currency = str(code).strip().upper()
        return self._local_currency

    def ledger_setup(self) -> Row:
        row: Row = self.client.get(self.client.company("generalLedgerSetup"))["value"][0]
        return row
