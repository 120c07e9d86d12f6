"""The adapter: all abilities over one client."""

from collections.abc import Mapping

from integrations.adapters.netsuite.client import NetSuiteClient
from integrations.adapters.netsuite.credit import Credit
from integrations.adapters.netsuite.customers import Customers
from integrations.adapters.netsuite.health import Health
from integrations.adapters.netsuite.payments import Payments
from integrations.adapters.netsuite.prices import Prices
from integrations.adapters.netsuite.pricing import Pricing
from integrations.adapters.netsuite.products import Products
from integrations.adapters.netsuite.progress import Progress
from integrations.adapters.netsuite.rounding import Rounding
from integrations.adapters.netsuite.settings import NetSuiteSettings, read_settings
from integrations.adapters.netsuite.signing import TokenCredentials
from integrations.adapters.netsuite.stock import Stock
from integrations.adapters.netsuite.tokens import AccessTokens
from integrations.errors import NeedsOperator
from integrations.http import Session


class NetSuiteAdapter(
    Products, Prices, Stock, Customers, Payments, Progress, Pricing, Credit, Rounding, Health
):
    """One connection to one account. Not shared between threads."""


def open_adapter(
    session: Session, settings: Mapping[str, str], secrets: Mapping[str, str]
) -> NetSuiteAdapter:
    """Opens no connection yet. Raises NeedsOperator for settings that make no sense."""
    typed = read_settings(settings)
    if typed.auth == "oauth2":
        client = NetSuiteClient(session, tokens=_tokens(session, typed, secrets), signer=None)
    else:
        client = NetSuiteClient(session, tokens=None, signer=_signer(typed, secrets))
    return NetSuiteAdapter(client, typed)


def _tokens(
    session: Session, settings: NetSuiteSettings, secrets: Mapping[str, str]
) -> AccessTokens:
    _require(secrets, "private_key")
    return AccessTokens(
        client_id=secrets.get("client_id", ""),
        certificate_id=settings.certificate_id,
        private_key=secrets["private_key"],
        url=session.base_url,
    )


def _signer(settings: NetSuiteSettings, secrets: Mapping[str, str]) -> TokenCredentials:
    _require(secrets, "client_secret", "token_id", "token_secret")
    return TokenCredentials(
        realm=settings.account_id,
        consumer_key=secrets.get("client_id", ""),
        consumer_secret=secrets["client_secret"],
        token_id=secrets["token_id"],
        token_secret=secrets["token_secret"],
    )


def _require(secrets: Mapping[str, str], *names: str) -> None:
    missing = [name for name in names if not secrets.get(name)]
    if missing:
        raise NeedsOperator(
            f"The sign-in of this connection needs the secrets {', '.join(missing)}.",
            reason="bad_secret",
            cause="bad_secret:missing",
            hint="Enter them on the connection, or change the setting 'auth'.",
        )
