"""The only way to a remote system: opens connections, enforces who owns what."""

from integrations.gateways.erp import enforces_key, has_ability, open_erp
from integrations.gateways.storefront import open_storefront

__all__ = ["enforces_key", "has_ability", "open_erp", "open_storefront"]
