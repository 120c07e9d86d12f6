"""Groups of customers, as the storefront holds them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class StorefrontGroup:
    """`ref` is the audience of the ERP that the group carries; empty for somebody else's."""

    group_id: str
    name: str
    ref: str
