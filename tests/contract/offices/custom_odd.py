"""The odd invented ERP behind its mapping, with the company inside."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from integrations.adapters.custom.sandbox import OddErp
from integrations.sandbox.erps.custom import odd_filled
from tests.contract.office import Seen
from tests.contract.offices.custom import CustomOffice

NEEDED = {
    "PullsProducts": ("products", "bezeichnung"),
    "PullsPrices": ("prices", "preis"),
    "PullsStock": ("stock", "bestand"),
    "PullsCustomers": ("customers", "ustid"),
    "QuotesPrices": ("pricing", "preis"),
    "ChecksCredit": ("credit", "offen"),
    "PushesOrders": ("orders", "fremdnr"),
    "TracksOrders": ("orders.lines", "geliefert"),
}


@contextmanager
def office() -> Iterator["OddOffice"]:
    with OddErp() as standin:
        yield OddOffice(standin=standin, seed=odd_filled(standin))


@dataclass
class OddOffice(CustomOffice):
    kind: str = "custom_odd"
    # its header comes into being before, but with this the order is one
    creating: str = "add_line"
    needed: Mapping[str, tuple[str, str]] = field(default_factory=lambda: NEEDED)
    number_prefix: str = ""
    po_field: str = "bestellnr"

    def orders_with(self, our_ref: str) -> list[Seen]:
        """A header that lacks lines is no order yet: tests/adapters/custom watches those."""
        return [one for one in super().orders_with(our_ref) if not self.standin.is_half(one.ref)]

    def expire_secrets(self) -> None:
        self.standin.api_key = "the next one"

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        return {}, {"api_key": self.standin.api_key}

    def forbid_orders(self) -> None:
        self.standin.forbidden.add("create_header")

    def wrong_secrets(self) -> Mapping[str, str]:
        return {"api_key": "0" * 40}

    def enter_again(self, order: str) -> bool:
        self.standin.enter_again(order)
        return True
