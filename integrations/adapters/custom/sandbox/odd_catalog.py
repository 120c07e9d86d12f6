"""The odd ERP's articles, prices, stock and customers."""

from decimal import Decimal
from typing import Any

from integrations.adapters.custom.sandbox.books import Books, Firm, Goods, Refused, changed_between
from integrations.adapters.custom.sandbox.odd_answers import (
    body_of,
    cents,
    clock,
    comma,
    from_clock,
    from_comma,
    good,
    slice_of,
)
from integrations.standin import Request, Response, route

_SEARCH = "geaendert_ab geaendert_bis anzahl weiter"


def _found(rows: Any, body: dict[str, Any]) -> list[Any]:
    start, end = from_clock(body["geaendert_ab"]), from_clock(body["geaendert_bis"])
    return changed_between(list(rows), start, end)


class OddCatalog:
    books: Books

    def shown_row(self, entity: str, row: dict[str, Any]) -> dict[str, Any]:
        raise NotImplementedError

    @route("POST", "/ws/suche/artikel", "articles")
    def search_articles(self, request: Request) -> Response:
        body = body_of(request, _SEARCH)
        rows = [self._article(one) for one in _found(self.books.goods.values(), body)]
        return good(**slice_of(rows, body))

    def _article(self, one: Goods) -> dict[str, Any]:
        """It knows no variants: each size is an article of its own."""
        row = {
            "artikelnr": one.ref,
            "suchbegriff": one.sku,
            "bezeichnung": one.title,
            "warengruppe": one.category,
            "listenpreis": cents(one.price),
            "me": "ST",
            "aktiv": "J" if one.is_active else "N",
            "geaendert": clock(one.changed_at),
        }
        return self.shown_row("products", row)

    @route("GET", "/ws/preise", "prices")
    def list_prices(self, request: Request) -> Response:
        """Pages by a Link header; 60 rows each, whatever is asked: manual, "Preisliste"."""
        start, end = (from_clock(request.param(name)) for name in ("ab", "bis"))
        rows = changed_between(list(self.books.prices.values()), start, end)
        at = int(request.param("s", "1"))
        part = [self._price(one) for one in rows[(at - 1) * 60 : at * 60]]
        headers = {}
        if at * 60 < len(rows):
            query = "&".join(
                f"{name}={value.replace(' ', '%20')}"
                for name, value in request.params
                if name != "s"
            )
            headers["Link"] = f'</ws/preise?{query}&s={at + 1}>; rel="next"'
        return Response(200, {"ergebnis": "OK", "liste": part}, headers=headers)

    def _price(self, one: Any) -> dict[str, Any]:
        row = {
            "id": one.ref,
            "artikelnr": one.goods,
            "kreis": 2 if one.firm else 0,
            "kunde": one.firm,
            "preis": cents(one.amount),
            "me": "ST",
            "ab_menge": comma(one.min_quantity),
            "von": "01.01.2020",
            "bis": "",
        }
        return self.shown_row("prices", row)

    @route("GET", "/ws/bestand", "stock")
    def list_stock(self, request: Request) -> Response:
        """All of it, every time; by offset."""
        rows = [
            self._level(goods, place, quantity)
            for (goods, place), (quantity, _) in sorted(self.books.stock.items())
        ]
        start, size = int(request.param("start", "0")), int(request.param("max", "50"))
        rest = max(0, len(rows) - start - size)
        return good(bestaende=rows[start : start + size], rest=rest)

    def _level(self, goods: str, place: str, quantity: Decimal) -> dict[str, Any]:
        reserved = self.books.reserved(goods) if place == "1" else Decimal(0)
        row = {
            "artikelnr": goods,
            "suchbegriff": self.books.goods[goods].sku,
            "me": "ST",
            "lager": int(place),
            "bestand": comma(quantity),
            "reserviert": comma(reserved),
        }
        return self.shown_row("stock", row)

    @route("POST", "/ws/suche/kunde", "customers")
    def search_customers(self, request: Request) -> Response:
        body = body_of(request, _SEARCH)
        rows = [self._customer(one) for one in _found(self.books.firms.values(), body)]
        return good(**slice_of(rows, body))

    def _customer(self, one: Firm) -> dict[str, Any]:
        row = {
            "kundennr": int(one.ref),
            "name1": one.name,
            "ustid": one.tax_id,
            "mail": one.email,
            "strasse": one.street,
            "plz": one.postal_code,
            "ort": one.city,
            "land": one.country.lower(),
            "waehrung": one.currency,
            "zahlungsziel": int(one.term),
            "limit": _limit(one.credit_limit, one.currency),
            "sperre": 1 if one.is_blocked else 0,
            "sperrgrund": "Mahnstufe 3" if one.is_blocked else "",
            "zahlungstext": self.books.terms[one.term][0],
            "steuerfrei": "J" if one.is_exempt else "N",
            "geaendert": clock(one.changed_at),
        }
        return self.shown_row("customers", row)

    @route("GET", "/ws/kunde/{nr}/konto", "account")
    def show_account(self, request: Request) -> Response:
        one = self.books.firm(request.path_values["nr"])
        row = self.shown_row(
            "credit",
            {
                "limit": None if one.credit_limit is None else cents(one.credit_limit),
                "offen": cents(one.owes, one.currency),
                "waehrung": one.currency,
                "sperre": 1 if one.is_blocked else 0,
                "sperrgrund": "Mahnstufe 3" if one.is_blocked else "",
                "zahlungsziel": int(one.term),
            },
        )
        return good(konto=row)

    @route("GET", "/ws/zahlungsziele", "terms")
    def list_terms(self, request: Request) -> Response:
        rows = self.books.terms.items()
        return good(
            liste=[
                {"schluessel": int(ref), "text": name, "tage": days} for ref, (name, days) in rows
            ]
        )

    @route("POST", "/ws/preisauskunft", "price_question")
    def ask_prices(self, request: Request) -> Response:
        body = body_of(request, "kunde datum positionen")
        firm = self.books.firm(str(body["kunde"]))
        return good(preise=[self._priced(one, firm) for one in body["positionen"]])

    def _priced(self, asked: dict[str, Any], firm: Firm) -> dict[str, Any]:
        quantity = from_comma(asked["menge"])
        try:
            goods = self.books.sold(str(asked["artikelnr"]))
        except Refused as exc:
            return {"kennung": asked["kennung"], "preis": 0, "hinweis": exc.message}
        row = self.books.price_of(goods.ref, firm, quantity)
        if row is None:
            return {"kennung": asked["kennung"], "preis": 0, "hinweis": "Kein Preis"}
        row_out = {
            "kennung": asked["kennung"],
            "preis": cents(row.amount, firm.currency),
            "liste": cents(goods.price),
            "me": "ST",
            "waehrung": firm.currency,
            "hinweis": "",
        }
        return self.shown_row("pricing", row_out)


def _limit(amount: Any, currency: str) -> Any:
    """In cents; -1 for none. A text, somebody's slip, is shown as such."""
    if isinstance(amount, str):
        return amount
    return -1 if amount is None else cents(amount, currency)
