"""Subscriptions (Microsoft Learn: "Working with webhooks in Business Central").

The address must return a token when a subscription is made and at every renewal; it lives
three days; an answer other than 2xx, 408, 429 or 5xx to a notification deletes it.
"""

import contextlib
import json
import urllib.error
import urllib.request
import uuid
from datetime import UTC, datetime, timedelta
from functools import partial

from integrations.adapters.business_central.sandbox.faults import bad_request
from integrations.adapters.business_central.sandbox.store import Row, Store, time_text
from integrations.standin import Callbacks

LIVES = timedelta(days=3)
_TOLD = ("salesOrders", "salesInvoices", "salesCreditMemos", "items", "customers")
_MOST = 1000  # changes of one kind that are told one by one
_RETRIED = {408, 429}


class Hooks:
    store: Store
    callbacks: Callbacks

    def __init__(self) -> None:
        self._told: dict[tuple[str, str], int] = {}

    def subscribe(self, body: Row) -> Row:
        self._shake_hands(body)
        key = uuid.uuid4().hex
        row = self.store.insert("subscriptions", id=key, subscriptionId=key, **body)
        self._note_told()
        return self._prolong(row)

    def renew(self, row: Row, body: Row) -> Row:
        row.update(body)
        self._shake_hands(row)
        return self._prolong(row)

    def _prolong(self, row: Row) -> Row:
        ends = datetime.now(UTC) + LIVES
        self.store.touch("subscriptions", row, expirationDateTime=ends.isoformat()[:19] + "Z")
        return row

    def _shake_hands(self, row: Row) -> None:
        token = uuid.uuid4().hex
        status, words = _post(f"{row['notificationUrl']}?validationToken={token}", b"")
        if status != 200 or words.strip() != token:
            raise bad_request(
                "Notification Url did not return the validation token in its response."
            )

    def deliver_notifications(self) -> int:
        """Tells what changed since the last time; how many calls were made. The real one does
        so half a minute after the first change."""
        calls = 0
        for row in self.store.rows("subscriptions"):
            name = str(row["resource"]).rpartition("/")[2]
            changes = self._changes(name, str(row["resource"]).strip("/"))
            if not changes:
                continue
            known = {
                "subscriptionId": row["subscriptionId"],
                "clientState": row["clientState"],
                "expirationDateTime": row["expirationDateTime"],
            }
            body = json.dumps({"value": [{**known, **change} for change in changes]}).encode()
            self.callbacks.send(partial(self._tell, row, body))
            calls += 1
        self._note_told()
        return calls

    def _tell(self, row: Row, body: bytes) -> None:
        status, _ = _post(str(row["notificationUrl"]), body)
        if not (200 <= status < 300 or status in _RETRIED or status >= 500):
            self.store.delete("subscriptions", row)

    def _changes(self, name: str, resource: str) -> list[Row]:
        rows = self.store.rows(name)
        moved = [row for row in rows if self._told.get((name, row["id"])) != row["_version"]]
        here = {row["id"] for row in rows}
        gone = [key for (kind, key) in self._told if kind == name and key not in here]
        stamp = {"lastModifiedDateTime": time_text()}
        if len(moved) > _MOST:
            oldest = min(row["lastModifiedDateTime"] for row in moved)
            link = f"{resource}?$filter=lastModifiedDateTime%20ge%20{oldest}"
            return [{"resource": link, "changeType": "collection", **stamp}]
        told = [
            {
                "resource": f"{resource}({row['id']})",
                "changeType": "updated" if (name, row["id"]) in self._told else "created",
                **stamp,
            }
            for row in moved
        ]
        return told + [
            {"resource": f"{resource}({key})", "changeType": "deleted", **stamp} for key in gone
        ]

    def _note_told(self) -> None:
        self._told = {
            (name, row["id"]): row["_version"] for name in _TOLD for row in self.store.rows(name)
        }


def _post(url: str, body: bytes) -> tuple[int, str]:
    request = urllib.request.Request(  # noqa: S310 - the address is a test's own
        url, data=body, headers={"Content-Type": "application/json"}, method="POST"
    )
    with contextlib.suppress(OSError):
        try:
            with urllib.request.urlopen(request, timeout=5) as answer:  # noqa: S310
                return answer.status, answer.read().decode("utf-8", "replace")
        except urllib.error.HTTPError as exc:
            with exc:
                return exc.code, ""
    return 503, ""
