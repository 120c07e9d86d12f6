"""The adapter of a mapping: the abilities that its sections serve, and no others.

Each set of sections has a class of its own, so that `isinstance` against the ports tells the
truth about what an ERP can do.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from integrations import ports
from integrations.adapters.custom.base import CustomPart
from integrations.adapters.custom.cancelling import Cancelling
from integrations.adapters.custom.catalog import Customers, Prices, Stock
from integrations.adapters.custom.client import CustomClient
from integrations.adapters.custom.health import Health
from integrations.adapters.custom.invoices import Invoices
from integrations.adapters.custom.lines_apart import LinesApart
from integrations.adapters.custom.mapping import ErpMapping, load_mapping
from integrations.adapters.custom.payments import Payments
from integrations.adapters.custom.pricing import Credit, Pricing
from integrations.adapters.custom.products import Products
from integrations.adapters.custom.progress import Progress
from integrations.adapters.custom.rounding import Rounding
from integrations.adapters.custom.sampling import Sampling
from integrations.adapters.custom.sightings import Sightings
from integrations.adapters.setting_values import day_setting
from integrations.http import Session

_PARTS: dict[str, tuple[type[CustomPart], ...]] = {
    "products": (Products,),
    "prices": (Prices,),
    "stock": (Stock,),
    "customers": (Customers,),
    "pricing": (Pricing,),
    "credit": (Credit,),
    "orders": (Cancelling, Rounding),
    "lines_apart": (LinesApart,),
    "created": (Sightings,),
    "progress": (Progress,),
    "payments": (Payments,),
    "invoice_pdf": (Invoices,),
}


def open_adapter(session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]) -> Any:
    """Opens no connection yet. Raises NeedsOperator for a mapping that cannot be used, or one
    that signs in with secrets which the connection does not have."""
    mapping = load_mapping(settings.get("mapping", ""))
    client = CustomClient(session, mapping, secrets)
    return adapter_class(abilities(mapping))(client, mapping, settings)


def abilities(mapping: ErpMapping) -> tuple[str, ...]:
    """The sections of a mapping, and those within `orders` that add an ability."""
    found = list(mapping.sections)
    orders = mapping["orders"]
    if orders is not None:
        found += [name for name in ("lines_apart", "created") if orders[name] is not None]
    return tuple(found)


def ports_of(mapping: ErpMapping) -> tuple[str, ...]:
    """The names of the ports that an ERP with this mapping serves. Asks nobody."""
    adapter = adapter_class(abilities(mapping))(None, mapping, {})  # type: ignore[arg-type]
    known = {name: getattr(ports, name) for name in ports.__all__}
    return tuple(name for name, port in known.items() if isinstance(adapter, port))


@cache
def adapter_class(names: tuple[str, ...]) -> type[CustomPart]:
    """One class per set of abilities."""
    parts = [part for name in names for part in _PARTS[name]]
    return type("CustomErp", (*parts, Sampling, Health), {})


def check_settings(values: Mapping[str, str]) -> None:
    """Raises NeedsOperator, with the lines, for a mapping that cannot be used, and for a wrong
    day."""
    day_setting(values, "credentials_expire_on")
    if values.get("mapping", "").strip():
        load_mapping(values["mapping"])
