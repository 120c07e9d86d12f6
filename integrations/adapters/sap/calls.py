"""One call: addresses, sign-in, and the CSRF token with its session."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from integrations.adapters.sap.answers import TokenExpired, explain_json
from integrations.adapters.sap.auth import SignIn
from integrations.adapters.sap.query import Query, encoded_path
from integrations.adapters.sap.settings import SapSettings
from integrations.errors import AuthFailed, NeedsOperator
from integrations.http import Explain, Reply, Session

ROOT = "/sap/opu/odata/sap"


class Calls:
    """One session cookie and one CSRF token: writes of a connection go one after another."""

    def __init__(self, session: Session, settings: SapSettings, secrets: Mapping[str, str]) -> None:
        self.session, self.settings = session, settings
        self._sign_in = SignIn(session, settings, secrets.get("password", ""))
        self._api_key = secrets.get("api_key", "")
        self._csrf_token = ""

    def fetch_token(self, service: str) -> str:
        """A new CSRF token with its session; empty where SAP gives none."""
        self._csrf_token = ""
        return self._token(service)

    def call(
        self,
        method: str,
        service: str,
        address: str,
        *,
        writes: bool,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain = explain_json,
    ) -> Reply:
        """One call, with one more sign-in where an OAuth token ended before its time."""
        renewable = self._sign_in.may_renew
        for last in (False, True):
            try:
                return self.session.call(
                    method,
                    f"{ROOT}/{service}/{address}",
                    writes=writes,
                    json=json,
                    body=body,
                    headers={**self._headers(), **dict(headers or {})},
                    explain=explain,
                )
            except AuthFailed:
                self._sign_in.forget()
                if last or not renewable:
                    raise
        raise AssertionError("unreachable")

    def _headers(self) -> dict[str, str]:
        headers = {
            "Authorization": self._sign_in.header(),
            "Accept-Language": self.settings.language.lower(),
        }
        return {**headers, "APIKey": self._api_key} if self._api_key else headers

    def send(
        self,
        method: str,
        service: str,
        path: str,
        *,
        writes: bool,
        json: Any = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        explain: Explain = explain_json,
    ) -> Reply:
        """A call under the CSRF token. One that has expired is fetched again, once: SAP has
        executed nothing then. Raises NeedsOperator (`erp_session_lost`) where that does not help.
        """
        address = self.address(Query(path=path))
        for last in (False, True):
            try:
                return self.call(
                    method,
                    service,
                    address,
                    writes=writes,
                    json=json,
                    body=body,
                    headers={**dict(headers or {}), "x-csrf-token": self._token(service)},
                    explain=explain,
                )
            except TokenExpired as exc:
                self._csrf_token = ""
                if last:
                    raise _session_lost() from exc
        raise AssertionError("unreachable")

    def _token(self, service: str) -> str:
        if not self._csrf_token:
            self.session.close()  # a token belongs to the session cookie it came with
            reply = self.call(
                "GET",
                service,
                self.address(Query(path="")),
                writes=False,
                headers={"x-csrf-token": "fetch"},
            )
            self._csrf_token = reply.headers.get("x-csrf-token", "")
        return self._csrf_token

    def address(self, query: Query) -> str:
        client = self.settings.client
        return query.address(*([("sap-client", client)] if client else []))

    def relative(self, service: str, link: str) -> str:
        """A link of SAP's as an address of the service: behind a proxy it names another host."""
        parts = urlsplit(link)
        path = parts.path.rpartition("/")[2]
        return f"{path if '%' in path else encoded_path(path)}?{parts.query}"


def _session_lost() -> NeedsOperator:
    """Not a refusal of the content: SAP has looked at none of it."""
    return NeedsOperator(
        "SAP forgets the session of the portal between two calls, so it takes no changes.",
        reason="erp_session_lost",
        hint="Let the proxy in front of SAP pass all cookies and the header x-csrf-token, test the "
        "connection, then requeue.",
    )
