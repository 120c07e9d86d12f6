"""Requests to API v2.0 and to the custom API of the companion extension.

Signed in with client credentials; a token that is refused is asked for anew once. Addresses
come from the settings, and a next link is followed only to the place we asked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, quote, quote_plus, urlencode, urlsplit

from integrations.adapters.business_central.answers import (
    explain,
    explain_pdf,
    explain_sign_in,
    is_gone,
)
from integrations.adapters.business_central.settings import BcSettings
from integrations.adapters.business_central.tokens import TOKENS, key_of
from integrations.adapters.business_central.wire import Row
from integrations.errors import AuthFailed, Conflict, PortalError, Rejected, Unavailable
from integrations.http import Explain, Reply, Session

SCOPE = "https://api.businesscentral.dynamics.com/.default"
STANDARD = "v2.0"
PAGE_SIZE = 500
# Served by a copy that may be some seconds behind: not for what must be seen just after a write.
FROM_COPY = {"Data-Access-Intent": "ReadOnly"}


class BcClient:
    """One connection to one company. Not shared between threads."""

    page_size = PAGE_SIZE

    def __init__(self, session: Session, settings: BcSettings, *, client_secret: str) -> None:
        self.session = session
        self.settings = settings
        self._client_secret = client_secret
        self._token_key = key_of(
            settings.token_url, settings.tenant_id, settings.client_id, client_secret
        )
        limits = session.limits
        wait_s = max(limits.read_s, settings.write_timeout_s)
        self._writing = replace(
            limits, read_s=wait_s, deadline_s=max(limits.deadline_s, wait_s + 10)
        )

    # -- addresses

    @property
    def environment(self) -> str:
        settings = self.settings
        return f"/v2.0/{quote(settings.tenant_id)}/{quote(settings.environment)}/api"

    def company(self, path: str, *, api: str = STANDARD) -> str:
        """The path of something that belongs to the company."""
        return f"{self.environment}/{api}/companies({self.settings.company_id})/{path}"

    def extension(self, path: str) -> str:
        """As `company`, for a page of the companion extension."""
        return self.company(path, api=self.settings.extension_api)

    # -- reading

    def get(
        self, path: str, params: Mapping[str, str] | None = None, *, from_copy: bool = False
    ) -> Any:
        headers = FROM_COPY if from_copy else {}
        return self._call("GET", path, writes=False, params=params, headers=headers).json()

    def get_or_none(self, path: str, params: Mapping[str, str] | None = None) -> Row | None:
        """One record; None where there is none under this id."""
        try:
            found: Row = self.get(path, params)
        except Rejected as exc:
            if not is_gone(exc):
                raise
            return None
        return found

    def text(self, path: str) -> str:
        """A document that is no JSON: the description of the API."""
        return self._call(
            "GET", path, writes=False, params=None, headers={"Accept": "application/xml"}
        ).text

    def told_time(self, path: str) -> str:
        """The Date header of an answer."""
        reply = self._call("GET", path, writes=False, params=None, headers={})
        return reply.headers.get("date", "")

    def page(
        self, path: str, params: Mapping[str, str], cursor: str | None, *, from_copy: bool = False
    ) -> tuple[list[Row], str | None]:
        """(rows, cursor of the next page). Skipping by number is ignored there: only the links
        of the answers lead on."""
        headers = {
            "Prefer": f"odata.maxpagesize={self.page_size}",
            **(FROM_COPY if from_copy else {}),
        }
        if cursor:
            path, _, query = cursor.partition("?")
            params = dict(parse_qsl(query))
        body = self._call("GET", path, writes=False, params=params, headers=headers).json()
        return list(body["value"]), self._next(body.get("@odata.nextLink"))

    def rows(
        self, path: str, params: Mapping[str, str], *, from_copy: bool = False
    ) -> Iterator[Row]:
        """All rows, page by page."""
        cursor: str | None = None
        while True:
            found, cursor = self.page(path, params, cursor, from_copy=from_copy)
            yield from found
            if cursor is None:
                return

    def read_pdf(self, link: str, *, up_to: int) -> Reply:
        """The file at a link that Business Central told; never from another place."""
        return self._call(
            "GET",
            self._path_of(link),
            writes=False,
            params=None,
            headers={"Accept": "application/pdf, application/octet-stream"},
            judge=explain_pdf,
            file_up_to=up_to,
        )

    def _next(self, link: Any) -> str | None:
        return self._path_of(str(link)) if link else None

    def _path_of(self, link: str) -> str:
        theirs, ours = urlsplit(link), urlsplit(self.session.base_url)
        if theirs.netloc and (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise Unavailable(
                f"What follows is said to be at {theirs.netloc}, which is another place.",
                hint="The token is sent to the address of the connection only; check it.",
            )
        path = theirs.path.removeprefix(ours.path)
        return f"{path}?{theirs.query}" if theirs.query else path

    # -- writing

    def post(
        self, path: str, body: Any = None, params: Mapping[str, str] | None = None
    ) -> Row | None:
        """What was made, or None where an action answers nothing."""
        return self._write("POST", path, body, params)

    def patch(self, path: str, body: Any, etag: str) -> Row | None:
        """`etag` as it was read: raises Conflict when somebody changed the record since."""
        return self._write("PATCH", path, body, None, {"If-Match": etag})

    def delete(self, path: str, etag: str) -> None:
        self._write("DELETE", path, None, None, {"If-Match": etag})

    def _write(
        self,
        method: str,
        path: str,
        body: Any,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str] | None = None,
    ) -> Row | None:
        patient, self.session.limits = self.session.limits, self._writing
        try:
            reply = self._call(
                method, path, writes=True, params=params, headers=headers or {}, json=body
            )
        finally:
            self.session.limits = patient
        return reply.json() if reply.status != 204 and reply.text else None

    # -- signing in

    def _call(
        self,
        method: str,
        path: str,
        *,
        writes: bool,
        params: Mapping[str, str] | None,
        headers: Mapping[str, str],
        json: Any = None,
        judge: Explain = explain,
        file_up_to: int | None = None,
    ) -> Reply:
        def send(token: str, judge: Explain) -> Reply:
            signed = {"Authorization": f"Bearer {token}", "Accept-Language": "en-US", **headers}
            return self.session.call(
                method,
                path,
                writes=writes,
                json=json,
                params=params,
                headers=signed,
                explain=judge,
                file_up_to=file_up_to,
            )

        token, is_fresh = self._token()
        if is_fresh:
            return send(token, judge)
        try:
            return send(token, _may_be_stale(judge))
        except StaleToken:
            TOKENS.drop(self._token_key, token)
        # A refused request did nothing: sending it once more under a new token is safe.
        return send(self._token()[0], judge)

    def _token(self) -> tuple[str, bool]:
        """(token, whether it was asked for just now)."""
        known = TOKENS.get(self._token_key)
        if known:
            return known, False
        form = {
            "grant_type": "client_credentials",
            "client_id": self.settings.client_id,
            "client_secret": self._client_secret,
            "scope": SCOPE,
        }
        reply = self._sign_in_session().call(
            "POST",
            f"/{quote(self.settings.tenant_id)}/oauth2/v2.0/token",
            writes=False,
            body=urlencode(form).encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
            explain=explain_sign_in,
        )
        body = reply.json()
        TOKENS.put(self._token_key, body["access_token"], lives_s=float(body["expires_in"]))
        return str(body["access_token"]), True

    def _sign_in_session(self) -> Session:
        """Another place than the API's; what is kept of it and how long it may take are alike."""
        ours = self.session
        return Session(
            base_url=self.settings.token_url,
            recorder=ours.recorder,
            limiter=ours.limiter,
            limits=ours.limits,
            allow_private=ours.allow_private,
            verify_tls=ours.verify_tls,
            # as a form writes it, too
            secrets=(*ours.secrets, self._client_secret, quote_plus(self._client_secret)),
        )


class StaleToken(Conflict):
    """A token that we kept is refused: not yet a reason to stop the connection."""


def _may_be_stale(judge: Explain) -> Explain:
    def explained(reply: Reply, writes: bool) -> PortalError | None:
        error = judge(reply, writes)
        if isinstance(error, AuthFailed):
            return StaleToken("The kept token is refused; a new one is asked for.", status=401)
        return error

    return explained
