"""Calls of model methods, the same over /json/2 (19 and later) and /jsonrpc (17 and 18).

Odoo accepts nearly anything: a record method without ids does nothing and says true, a limit
of 0 means no limit, a search without a domain returns every record. The client therefore
checks its own requests first; a violation is our bug and raises ValueError.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from integrations.adapters.odoo.answers import (
    explain_json2,
    explain_jsonrpc,
    explain_pdf,
    explain_plain,
)
from integrations.adapters.odoo.asking import check_call
from integrations.errors import AuthFailed, NeedsOperator, PortalError, Rejected, Unavailable
from integrations.http import Reply, Session

# What `judge` gets is the result of a call; it returns the error hidden in it, or None.
Judge = Callable[[Any], PortalError | None]

_LISTS = {"search", "search_read", "read", "read_group", "formatted_read_group"}
# /jsonrpc passes these by position, in this order; the rest by name.
_POSITIONAL: dict[str, tuple[str, ...]] = {
    "read": ("fields",),
    "write": ("vals",),
    "load": ("fields", "data"),
    "search": ("domain",),
    "search_count": ("domain",),
    "search_read": ("domain",),
}


class OdooClient:
    """One connection to one database. Not shared between threads.

    The protocol is found out with the first call when the setting says `auto`.
    """

    def __init__(
        self,
        session: Session,
        *,
        database: str,
        api_key: str,
        login: str = "",
        protocol: str = "auto",
        company_id: int | None = None,
    ) -> None:
        self.session = session
        self._database, self._api_key, self._login = database, api_key, login
        self._protocol = protocol
        self._company_id = company_id
        self._uid: int | None = None
        self._request_no = 0
        self._version: tuple[int, str] | None = None
        self._existing: dict[str, set[str]] = {}

    def call(
        self,
        model: str,
        method: str,
        *,
        writes: bool,
        ids: Sequence[int] | None = None,
        context: Mapping[str, Any] | None = None,
        judge: Judge | None = None,
        **args: Any,
    ) -> Any:
        """The bare result of `model.method`; one call is one transaction in Odoo.

        `writes` says what a lost answer means. Amounts in the result are Decimals.
        """
        check_call(method, ids, args)
        full_context = dict(context or {})
        if self._company_id is not None:
            full_context.setdefault("allowed_company_ids", [self._company_id])
        send = self._json2 if self.protocol == "json2" else self._jsonrpc
        found = send(model, method, ids, full_context, args, writes, judge)
        if method in _LISTS and not isinstance(found, list):
            # never taken for an empty one: what is not found is sent
            raise Unavailable(
                f"What came from Odoo for {model} is not a list.",
                hint="Check that the address of the connection is that of Odoo itself.",
            )
        return found

    @property
    def protocol(self) -> str:
        """`json2` or `jsonrpc`; asks for the version once when the setting says `auto`."""
        if self._protocol == "auto":
            self._protocol = "json2" if self.major_version() >= 19 else "jsonrpc"
        return self._protocol

    def major_version(self) -> int:
        """19 for 19.0; asked once."""
        return self._version_found()[0]

    def version_text(self) -> str:
        """As Odoo says it: "19.0"."""
        return self._version_found()[1]

    def existing_fields(self, model: str, names: Sequence[str]) -> set[str]:
        """Which of these fields this Odoo has and the service user may read; asked once."""
        known = self._existing.setdefault(f"{model}:{','.join(sorted(names))}", set())
        if not known:
            found = self.call(
                model, "fields_get", writes=False, allfields=list(names), attributes=["type"]
            )
            known.update(found)
        return known

    def _version_found(self) -> tuple[int, str]:
        if self._version is None:
            self._version = self._ask_version()
        return self._version

    def _ask_version(self) -> tuple[int, str]:
        try:
            found = self.read_plain("/web/version")
            return _numbered(found.get("version"))
        except Rejected as exc:
            if exc.status != 404:
                raise
        # /web/version came with 19; common.version answers on every one so far
        found = self._rpc("common", "version", [], writes=False, judge=None)
        return _numbered(found.get("server_version") if isinstance(found, dict) else None)

    def read_plain(self, path: str, params: Mapping[str, str] | None = None) -> dict[str, Any]:
        """The JSON object that a page without sign-in answers, such as `/web/health`."""
        reply = self.session.call("GET", path, writes=False, params=params, explain=explain_plain)
        found = reply.json()
        return found if isinstance(found, dict) else {}

    def read_file(self, path: str, *, up_to: int) -> Reply:
        """The PDF at an address that Odoo itself told, its token included; never repeated.

        The token is a secret: no error of ours keeps it.
        """
        headers = {"Accept": "application/pdf", "X-Odoo-Database": self._database}
        try:
            return self.session.call(
                "GET", path, writes=False, headers=headers, explain=explain_pdf, file_up_to=up_to
            )
        except PortalError as exc:
            exc.__cause__ = None  # the library's words hold the whole address
            raise exc from None

    # -- /json/2

    def _json2(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        context: dict[str, Any],
        args: dict[str, Any],
        writes: bool,
        judge: Judge | None,
    ) -> Any:
        body: dict[str, Any] = dict(args)
        if ids is not None:
            body["ids"] = list(ids)
        if context:
            body["context"] = context
        reply = self.session.call(
            "POST",
            f"/json/2/{model}/{method}",
            writes=writes,
            json=body,
            headers={
                "Authorization": f"bearer {self._api_key}",
                "X-Odoo-Database": self._database,
            },
            explain=_judged(explain_json2, _json2_result, judge),
        )
        return _json2_result(reply)

    # -- /jsonrpc

    def _jsonrpc(
        self,
        model: str,
        method: str,
        ids: Sequence[int] | None,
        context: dict[str, Any],
        args: dict[str, Any],
        writes: bool,
        judge: Judge | None,
    ) -> Any:
        named = dict(args)
        placed: list[Any] = [] if ids is None else [list(ids)]
        placed += [named.pop(name) for name in _POSITIONAL.get(method, ()) if name in named]
        if context:
            named["context"] = context
        request = [self._database, self._user(), self._api_key, model, method, placed, named]
        return self._rpc("object", "execute_kw", request, writes=writes, judge=judge)

    def _user(self) -> int:
        if self._uid is None:
            if not self._login:
                raise NeedsOperator(
                    "This Odoo speaks /jsonrpc, which needs the login of the service user.",
                    reason="bad_setting",
                    cause="bad_setting:login",
                    hint="Enter the setting 'login' on the connection.",
                )
            request = [self._database, self._login, self._api_key, {}]
            found = self._rpc("common", "authenticate", request, writes=False, judge=_signed_in)
            self._uid = int(found)
        return self._uid

    def _rpc(
        self, service: str, method: str, args: list[Any], *, writes: bool, judge: Judge | None
    ) -> Any:
        self._request_no += 1
        reply = self.session.call(
            "POST",
            "/jsonrpc",
            writes=writes,
            json={
                "jsonrpc": "2.0",
                "id": self._request_no,
                "method": "call",
                "params": {"service": service, "method": method, "args": args},
            },
            explain=_judged(explain_jsonrpc, _rpc_result, judge),
        )
        return _rpc_result(reply)


def _numbered(version: Any) -> tuple[int, str]:
    """(major, as Odoo says it): 19 of "19.0", and of "saas~19.1+e", as its cloud counts."""
    text = str(version or "")
    number = re.search(r"\d+", text)
    if number is None:
        raise NeedsOperator(
            f"The address answers, but tells no version of Odoo: {text[:40]!r}.",
            reason="not_odoo",
            hint="Check that the address of the connection is that of Odoo itself.",
        )
    return int(number[0]), text


def _json2_result(reply: Reply) -> Any:
    return reply.json()


def _rpc_result(reply: Reply) -> Any:
    return reply.json().get("result")  # a method that returns nothing sends no result at all


def _judged(
    explain: Callable[[Reply, bool], PortalError | None],
    result_of: Callable[[Reply], Any],
    judge: Judge | None,
) -> Callable[[Reply, bool], PortalError | None]:
    """Explains the reply first; a reply without a fault is then judged by its result."""

    def explained(reply: Reply, writes: bool) -> PortalError | None:
        error = explain(reply, writes)
        if error is not None or judge is None or not 200 <= reply.status < 300:
            return error
        return judge(result_of(reply))

    return explained


def _signed_in(result: Any) -> PortalError | None:
    if result:
        return None
    return AuthFailed(
        "Odoo refused the credentials.",
        hint="Login or API key is wrong, or the key has expired: Odoo answers all alike.",
    )
