"""What the contract suite needs of each ERP: its stand-in, filled, and hands inside it.

`tests/contract/offices/<kind>.py` makes one. The suite knows no vendor: what an ERP cannot
do is said by its adapter (a port that it does not implement), never by the suite.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Protocol, runtime_checkable

from integrations import adapters
from integrations.http import Limits, Nothing, Session
from integrations.sandbox.goods import Role, Warehouse
from integrations.sandbox.seeds import FilledErp
from integrations.standin import StandIn


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """An order as the stand-in really holds it; `gross_total` in its currency."""

    ref: str
    number: str
    is_cancelled: bool
    gross_total: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """What an order in the stand-in carries beside goods and prices.

    `po_number` is the text of the field that is meant for it; `texts` are all words that belong
    to a line, by our reference; `prices` the net price of one piece.
    """

    po_number: str
    payment_term_ref: str
    texts: Mapping[str, str]
    prices: Mapping[str, Decimal]


class Office(Protocol):
    """One ERP with the company of `integrations/sandbox/goods.py` inside.

    Refs are texts, as the records carry them. Orders are named by `ErpOrder.ref`, lines by
    our reference.
    """

    kind: str
    standin: StandIn
    seed: FilledErp
    # The route (glob) whose work brings an order into being, for the dials.
    creating: str

    def adapter(
        self,
        *,
        settings: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Any:
        """A new adapter; what is given replaces single settings or secrets."""
        ...

    # -- the ERP's own names

    def variant(self, sku: str) -> str: ...

    def customer(self, role: Role) -> str: ...

    def tax(self, percent: int | Decimal) -> tuple[str, ...]:
        """The refs for a DraftLine that is taxed at `percent`."""
        ...

    def location(self, warehouse: Warehouse) -> str: ...

    def wrong_secrets(self) -> Mapping[str, str]: ...

    # -- what its administrators get wrong, for good

    def expire_secrets(self) -> None:
        """What the connection signs in with has run out."""
        ...

    def renew_secrets(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """After `expire_secrets`: settings and secrets with which a connection signs in again."""
        ...

    def wrong_place(self) -> Mapping[str, str]:
        """Settings with a company, tenant, client or database that there is not; none where a
        connection names no such thing."""
        ...

    def forbid_orders(self) -> None:
        """The portal's user may not write orders any more."""
        ...

    def permit_orders(self) -> None:
        """They may again."""
        ...

    def no_product(self) -> str:
        """What is no product there (any more), in the form of a ref."""
        ...

    def refuses_blocked_customers(self) -> bool:
        """Whether the ERP itself takes no order of a customer that `block_customer` blocked."""
        ...

    def close_period(self) -> bool:
        """Accounting takes no order of today; False where orders are not its business."""
        ...

    # -- what its staff does

    def orders_with(self, our_ref: str) -> list[Seen]:
        """All of them, cancelled ones too: more than one is a duplicate."""
        ...

    def carried(self, order: str) -> Carried: ...

    def ship(
        self, order: str, quantities: Mapping[str, int] | None = None, *, tracking: str = ""
    ) -> None:
        """Ships pieces by our line reference; None: all that is left."""
        ...

    def invoice(self, order: str) -> str:
        """Posts an invoice of what was shipped, or ordered; its ref."""
        ...

    def pay(self, invoice: str) -> None:
        """All that is open."""
        ...

    def credit(self, invoice: str) -> None:
        """Posts a credit note over all of it."""
        ...

    def take_back(self, order: str, quantities: Mapping[str, int]) -> None:
        """Goods come back, by our line reference."""
        ...

    def edit_line(self, order: str, our_ref: str, *, quantity: int) -> None:
        """Somebody changes the order in the ERP itself."""
        ...

    def cancel(self, order: str) -> None: ...

    def enter_again(self, order: str) -> bool:
        """Somebody types the order in once more, under the same reference of ours.

        False where the ERP does not take a second one.
        """
        ...

    def set_price(self, sku: str, price: Decimal) -> None:
        """The list price in EUR."""
        ...

    def set_stock(self, sku: str, warehouse: Warehouse, quantity: int) -> None: ...

    def touch_product(self, sku: str, title: str) -> None:
        """Another name, so that it counts as changed."""
        ...

    def archive_product(self, sku: str) -> None: ...

    def block_customer(self, role: Role) -> None: ...

    def spoil_customer(self, role: Role) -> str:
        """An extension or an import leaves a value of another type in one field of theirs; what
        of it the ERP shows."""
        ...

    def change_field(self, port: str, how: str) -> tuple[str, str] | None:
        """Changes a field that this port needs, as an upgrade might; (entity, field).

        `how` is a dial of fields. None where the ERP tells nobody of such a change.
        """
        ...


@dataclass
class FilledOffice:
    """What every office of a filled stand-in has alike."""

    standin: Any
    seed: FilledErp
    recorder: Any = field(default_factory=Nothing)

    def adapter(
        self,
        *,
        settings: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        limits: Limits | None = None,
    ) -> Any:
        keys = {**self.seed.secrets, **(secrets or {})}
        session = Session(
            base_url=self.seed.url,
            allow_private=True,
            limits=limits or Limits(),
            recorder=self.recorder,
            secrets=tuple(keys.values()),
        )
        spec = adapters.spec(self.seed.kind)
        return spec.open(session, {**self.seed.settings, **(settings or {})}, keys)

    def variant(self, sku: str) -> str:
        return self.seed.variants[sku]

    def customer(self, role: Role) -> str:
        return self.seed.customers[role]

    def location(self, warehouse: Warehouse) -> str:
        return self.seed.locations[warehouse]


@runtime_checkable
class CallsBack(Protocol):
    """The office of an ERP that tells others of changes, see `integrations/standin`."""

    def call_back_to(self, url: str, secret: str) -> None:
        """From now on changes of orders are told to this address of the portal."""
        ...

    def tell(self) -> None:
        """Sends by now what the ERP would send of its own accord a little later."""
        ...
