"""Subscriptions to changes, which live three days and are deleted on any odd answer of ours."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from integrations.adapters.business_central.base import BcPart
from integrations.adapters.business_central.wire import Row, moment_of, text_of
from integrations.errors import NeedsOperator, Rejected

RENEW_BEFORE = timedelta(days=2)  # of the three that one lives
RESOURCES = ("salesOrders", "salesInvoices", "salesCreditMemos")


class Subscribing(BcPart):
    """Implements `KeepsSubscription`."""

    def ensure_subscription(self, url: str, secret: str) -> datetime:
        """One subscription for each of three kinds of documents. The first call writes each,
        later ones only what is missing, half over, or not as wanted.

        Business Central calls `url` meanwhile and wants its token back.
        """
        known = [row for row in self._all() if text_of(row["notificationUrl"]) == url]
        return min(self._ensure(name, known, url, secret) for name in RESOURCES)

    def _all(self) -> Sequence[Row]:
        return list(self.client.rows(self._path(), {}))

    def _path(self) -> str:
        return f"{self.client.environment}/v2.0/subscriptions"

    def _ensure(self, name: str, known: Sequence[Row], url: str, secret: str) -> datetime:
        company = self.settings.company_id
        resource = f"/api/v2.0/companies({company})/{name}"
        body = {"notificationUrl": url, "resource": resource, "clientState": secret}
        here = [row for row in known if _same(text_of(row["resource"]), resource)]
        newest = max(here, key=lambda row: moment_of(row["expirationDateTime"]), default=None)
        if newest is not None:
            ends = moment_of(newest["expirationDateTime"])
            if ends - datetime.now(UTC) > RENEW_BEFORE and newest.get("clientState") == secret:
                return ends
        try:
            if newest is None:
                kept = self.client.post(self._path(), body)
            else:
                one = text_of(newest["subscriptionId"])
                kept = self.client.patch(f"{self._path()}('{one}')", body, newest["@odata.etag"])
        except Rejected as exc:
            raise NeedsOperator(
                f"Business Central did not take the portal's address for {name}: "
                f"{exc.remote_words}",
                reason="subscription_refused",
                hint="The address in BASE_URL must be reachable from the internet over https. "
                "Orders are polled meanwhile.",
            ) from exc
        return moment_of((kept or {}).get("expirationDateTime"))


def _same(one: str, other: str) -> bool:
    return one.strip("/").lower() == other.strip("/").lower()
