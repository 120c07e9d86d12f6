"""What one needs to know of a filled system to talk to it: addresses, keys, ids.

The storefront's is `MedusaSeed`; a real one and its stand-in are described alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from integrations.sandbox.goods import Role, Warehouse
from integrations.sandbox.storefront import MedusaSeed


@dataclass(frozen=True, slots=True, kw_only=True)
class ErpSeed:
    """A filled ERP stand-in.

    `pricelists` by currency, `taxes` by the storefront's tax code, `customers` by e-mail:
    each names the ERP's own id.
    """

    url: str
    database: str
    api_key: str = field(repr=False)
    pricelists: Mapping[str, int]
    taxes: Mapping[str, int]
    customers: Mapping[str, int]
    shipping_product: int
    rounding_product: int
    free_text_product: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FilledErp:
    """A stand-in of any vendor with the company of `goods.py` inside: all that connecting to it
    takes. Each ref is the ERP's own, as text, as records carry it.

    `settings` and `secrets` are those of its connection. `taxes` by percent: the refs of a
    line that is taxed so. `shipping_ref` is the product of a shipping line.
    """

    kind: str
    url: str
    settings: Mapping[str, str]
    secrets: Mapping[str, str] = field(repr=False)
    variants: Mapping[str, str]
    customers: Mapping[Role, str]
    taxes: Mapping[int, tuple[str, ...]]
    locations: Mapping[Warehouse, str]
    shipping_ref: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Remotes:
    """Both systems beside the portal. `shop` is None where a real one comes in its place."""

    erp: ErpSeed
    shop: MedusaSeed | None
