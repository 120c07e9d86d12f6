"""Sends recorded requests to the stand-in and says where its answers have another shape.

Recorded was SAP's own CAP server over SAP's genuine service descriptions. Its protocol (JSON,
paging, batches, ETags, type checks) is SAP's; sign-in, error codes and statuses there were put on
top by hand. Compared are status, headers, keys and kinds of values, not the values.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import requests

from integrations.adapters.sap.sandbox import SapStandIn

RECORDINGS = Path(__file__).parent / "recordings"
HEADERS = ("dataserviceversion", "etag", "location", "x-csrf-token", "www-authenticate")
_ETAG = re.compile(r'W/"[^"]*"')
_CUT = {"...": "cut"}  # left out of a recording for its length
_KINDS = (
    ("day", re.compile(r"/Date\(-?\d+\)/")),
    ("moment", re.compile(r"/Date\(-?\d+[+-]\d{4}\)/")),
    ("time", re.compile(r"PT\d+H\d+M\d+S")),
    ("etag", _ETAG),
)


def scenarios() -> list[str]:
    return sorted(path.stem for path in RECORDINGS.glob("*.json"))


def load(name: str) -> list[dict[str, Any]]:
    found: dict[str, Any] = json.loads((RECORDINGS / f"{name}.json").read_text())
    return list(found["exchanges"])


def recorded_company() -> SapStandIn:
    """The customers and materials that the recordings name. Its next order has the number 2."""
    standin = SapStandIn()
    company = standin.company
    for number, price in (("PX-1001", "8.80"), ("PX-1002", "11.75"), ("PX-1050", "1.00")):
        company.add_material(number, f"Part {number}")
        company.add_price(number, price, scale={50: "9.00"})
        company.set_stock(number, company.plants[0], 1000)
    blocked = company.sales_data("PX-1050")
    assert blocked is not None
    blocked["ProductSalesStatus"] = "01"
    for number in ("10100001", "10100002", "10100003", "10100007"):
        company.add_customer(number, f"Customer {number}", street="Hafenstr.", credit_limit=10_000)
    company.add_price("PX-1001", "-5", condition_type="K007", currency="%", Customer="10100003")
    company.add_price("PX-1002", "11.75", Customer="10100001")
    company.block_customer("10100007")
    company.start_range("order", 1)
    return standin


class Caller:
    """Signs in as the recording did; takes a token and a cookie only where it had them."""

    def __init__(self, standin: SapStandIn) -> None:
        self.standin = standin
        self._token = self._cookie = ""
        self._etags: dict[str, str] = {}  # ours by the recorded one

    def send(self, exchange: dict[str, Any]) -> requests.Response:
        request = exchange["request"]
        self._prepare(exchange["note"])
        answer = requests.request(
            request["method"],
            f"{self.standin.url}{quote(request['path'], safe='/?&=$(),;:%')}",
            data=_body(request),
            headers=self._headers(request["headers"]),
            timeout=10,
        )
        if "x-csrf-token" in exchange["response"]["headers"] and answer.status_code == 200:
            self._token = answer.headers["x-csrf-token"]
            self._cookie = "; ".join(f"{one.name}={one.value}" for one in answer.cookies)
        recorded, ours = _etag_of(exchange["response"]), answer.headers.get("etag", "")
        if recorded and ours:
            self._etags[recorded] = ours
        return answer

    def _prepare(self, note: str) -> None:
        """What was done to the recorded server before a call, by its note."""
        if "expired on the server" in note:
            self.standin.expire_tokens()
        if "delivery items by order" in note:
            self.standin.company.ship("2")
            self.standin.company.bill("2")
        self.standin.server_page = 1 if "__next" in note else 100

    def sign_in(self) -> None:
        service = f"{self.standin.url}/sap/opu/odata/sap/API_SALES_ORDER_SRV/"
        headers = {**self._headers({"authorization": "Basic"}), "x-csrf-token": "fetch"}
        answer = requests.get(service, headers=headers, timeout=10)
        self._token = answer.headers["x-csrf-token"]
        self._cookie = "; ".join(f"{one.name}={one.value}" for one in answer.cookies)

    def _headers(self, recorded: dict[str, str]) -> dict[str, str]:
        found = {"Accept": "application/json"}
        for name, value in recorded.items():
            found[name] = {
                "authorization": requests.auth._basic_auth_str(
                    self.standin.user, self.standin.password
                ),
                "x-csrf-token": value if value == "fetch" else self._token,
                "cookie": self._cookie,
                "if-match": self._etags.get(value, value),
            }.get(name, value)
        return found


def _body(request: dict[str, Any]) -> bytes | None:
    if "json" in request:
        return json.dumps(request["json"]).encode()
    return str(request["text"]).encode() if "text" in request else None


def _etag_of(response: dict[str, Any]) -> str:
    return str(response["headers"].get("etag") or "")


# ---------------------------------------------------------------- comparing


def differences(exchange: dict[str, Any], ours: requests.Response) -> list[str]:
    """One line per difference; empty for an answer of the same shape."""
    recorded = exchange["response"]
    if ours.status_code != recorded["status"]:
        return [f"status {ours.status_code}, recorded {recorded['status']}: {ours.text[:300]}"]
    found = list(_header_differences(recorded["headers"], ours))
    if "json" in recorded:
        found += shape_differences(recorded["json"], ours.json())
    return found


def _header_differences(recorded: dict[str, str], ours: requests.Response) -> Iterator[str]:
    for name in HEADERS:
        if (name in recorded) != (name in ours.headers):
            yield f"header {name}: {ours.headers.get(name)!r}, recorded {recorded.get(name)!r}"
    if "etag" in recorded and not _ETAG.fullmatch(ours.headers.get("etag", "")):
        yield f"etag {ours.headers.get('etag')}"
    kind = recorded.get("content-type", "").partition(";")[0]
    if kind and ours.headers["content-type"].partition(";")[0] != kind:
        yield f"content type {ours.headers['content-type']}, recorded {kind}"


def shape_differences(recorded: Any, ours: Any, at: str = "") -> list[str]:
    """Keys that are not in the recording, and values of another kind.

    The stand-in describes fewer properties than SAP, so those may be missing; what belongs to the
    protocol may not. Customer fields (YY1_, ZZ1_) are of one system alone. Of a simulation the
    recorded server told only what it had computed; a gateway tells all properties.
    """
    if recorded is None or ours is None or recorded == _CUT:
        return []
    if isinstance(recorded, dict) and isinstance(ours, dict):
        return [
            *_key_differences(recorded, ours, at),
            *(
                line
                for key in sorted(recorded.keys() & ours.keys())
                for line in shape_differences(recorded[key], ours[key], f"{at}/{key}")
            ),
        ]
    if isinstance(recorded, list) and isinstance(ours, list):
        if bool(recorded) != bool(ours):
            return [f"{at}: {len(ours)} rows, recorded {len(recorded)}"]
        return shape_differences(recorded[0], ours[0], f"{at}[0]") if recorded else []
    # CAP tells a DateTime of seven digits with an offset; in a gateway only DateTimeOffset has one
    is_day = at.endswith("Date") and {_kind(recorded), _kind(ours)} == {"day", "moment"}
    if _kind(recorded) != _kind(ours) and not is_day:
        return [f"{at}: {ours!r} is {_kind(ours)}, recorded {recorded!r}"]
    return []


def _key_differences(recorded: dict[str, Any], ours: dict[str, Any], at: str) -> Iterator[str]:
    extra = {key for key in ours.keys() - recorded.keys() if key[:3] not in {"YY1", "ZZ1"}}
    if "SIMULATION" in str(ours.get("__metadata")):
        extra = {key for key in extra if key.startswith(("to_", "__"))}
    missing = recorded.keys() - ours.keys()
    if "/error" not in at and at not in {"", "/d"}:
        missing = {key for key in missing if key in {"results", "__metadata", "__deferred"}}
    if at == "/d":
        missing = {key for key in missing if key.startswith("__") or key == "results"}
    if at.endswith("/__metadata"):
        extra.discard("etag")  # CAP leaves it out where its property is not selected
    for key in sorted(extra):
        yield f"{at}/{key}: is not in the recording"
    for key in sorted(missing):
        yield f"{at}/{key}: is missing"


def _kind(value: Any) -> str:
    if not isinstance(value, str):
        return type(value).__name__
    return next((name for name, form in _KINDS if form.fullmatch(value)), "text")
