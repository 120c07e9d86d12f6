"""A thin way to call the storefront's HTTP API from sandbox and tests."""

import base64
from collections.abc import Mapping
from typing import Any

from integrations.http import Limits, Session

# A first call after the start may take seconds on a small machine.
LIMITS = Limits(connect_s=5, read_s=60, deadline_s=120)


def basic(secret_key: str) -> str:
    """The Authorization header of a secret API key."""
    return "Basic " + base64.b64encode(f"{secret_key}:".encode()).decode()


class ShopApi:
    """JSON in and out, Decimals as numbers; refusals raise the errors of integrations.errors."""

    def __init__(self, url: str, headers: Mapping[str, str]) -> None:
        self._session = Session(
            base_url=url, allow_private=True, headers=dict(headers), limits=LIMITS
        )

    def get(self, path: str, **params: Any) -> Any:
        return self._session.call("GET", path, writes=False, params=params).json()

    def post(self, path: str, body: Mapping[str, Any], *, bearer: str = "") -> Any:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return self._session.call(
            "POST", path, writes=True, json=dict(body), headers=headers
        ).json()

    def delete(self, path: str) -> Any:
        return self._session.call("DELETE", path, writes=True).json()
