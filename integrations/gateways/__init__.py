"""The only way to a remote system: opens connections, enforces who owns what."""

from integrations.gateways.erp import enforces_key, keeps_subscription, open_erp
from integrations.gateways.storefront import open_storefront

__all__ = ["enforces_key", "keeps_subscription", "open_erp", "open_storefront"]
