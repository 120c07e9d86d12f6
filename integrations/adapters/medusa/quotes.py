"""Orders of accepted quotes, through our plugin's own table in Medusa."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from urllib.parse import quote

from integrations.adapters.medusa.client import Client, NoSuchRoute
from integrations.adapters.medusa.mapping.quotes import (
    to_draft_sighting,
    to_placed,
    to_quote_order,
)
from integrations.errors import NeedsOperator, Rejected
from integrations.records import DraftSighting, PlacedQuote, QuotedOrder

PATH = "/admin/erp-portal/quote-orders"


class Quotes:
    """Implements PlacesQuotedOrders. Medusa itself cannot search metadata and ignores
    idempotency keys, so the plugin decides under a unique constraint who was first."""

    _client: Client

    def find_quoted(self, quote_ref: str) -> PlacedQuote | None:
        try:
            with _plugin_needed():
                return to_placed(self._client.get(_path_of(quote_ref)))
        except Rejected as exc:
            if exc.status != 404:
                raise
            return None

    def draft_quoted(self, order: QuotedOrder) -> PlacedQuote:
        with _plugin_needed():
            return to_placed(self._client.post(PATH, to_quote_order(order)))

    def convert_quoted(self, quote_ref: str, *, digest: str) -> PlacedQuote:
        with _plugin_needed():
            asked = {"digest": digest}
            return to_placed(self._client.post(f"{_path_of(quote_ref)}/convert", asked))

    def discard_quoted(self, quote_ref: str) -> None:
        with _plugin_needed():
            self._client.delete(_path_of(quote_ref))

    def stray_drafts(self, older_than: datetime) -> Sequence[DraftSighting]:
        before = older_than.astimezone(UTC).isoformat().replace("+00:00", "Z")
        with _plugin_needed():
            found = self._client.get(f"{PATH}/strays", [("before", before)])
        return [to_draft_sighting(stray) for stray in found["strays"]]

    def remove_draft(self, order_id: str) -> None:
        try:
            with _plugin_needed():
                self._client.delete(f"{PATH}/strays/{quote(order_id, safe='')}")
        except Rejected as exc:
            if exc.status != 404:  # gone already
                raise


def _path_of(quote_ref: str) -> str:
    return f"{PATH}/{quote(quote_ref, safe='')}"


@contextmanager
def _plugin_needed() -> Iterator[None]:
    try:
        yield
    except NoSuchRoute as exc:
        raise NeedsOperator(
            "The plugin in Medusa cannot place the orders of quotes.",
            reason="plugin_too_old",
            cause="plugin_too_old",
            hint="Install the erp-portal-medusa plugin of this release in the Medusa project, run "
            "`npx medusa db:migrate` and restart Medusa; its README says how.",
            ids={"endpoint": exc.endpoint},
        ) from exc
