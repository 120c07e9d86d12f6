"""The only way to a remote system: opens connections, enforces who owns what."""

from integrations.gateways.erp import open_erp
from integrations.gateways.storefront import open_storefront

__all__ = ["open_erp", "open_storefront"]
