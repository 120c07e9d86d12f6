"""Companies as an ERP has them, and an ERP that hands them out page by page."""

from collections.abc import Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from integrations.records import Address, ErpContact, ErpCustomer, Page, Window


def contact(email: str, name: str = "Erika Muster", *, ref: str = "") -> ErpContact:
    return ErpContact(ref=ref or f"k-{email or name}", name=name, email=email, phone="+49 40 1")


def customer(ref: str, name: str = "", *emails: str, **more: Any) -> ErpCustomer:
    """A company in the dealers' price list; `emails` are those of its contacts."""
    usual: dict[str, Any] = {
        "ref": ref,
        "number": f"D{ref}",
        "name": name or f"Company {ref}",
        "tax_id": "",
        "email": "",
        "phone": "",
        "currency": "EUR",
        "price_list_ref": "7",
        "group_ref": "",
        "group_name": "",
        "payment_term_ref": "net30",
        "payment_term_name": "30 days net",
        "credit_limit": Decimal("25000"),
        "is_credit_known": True,
        "is_blocked": False,
        "block_reason": "",
        "is_tax_exempt": False,
        "bill_to": _address(),
        "ship_to": (),
        "contacts": tuple(contact(email) for email in emails),
        "is_active": True,
        "updated_at": datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    }
    return ErpCustomer(**{**usual, **more})


def _address() -> Address:
    return Address(street1="Hafenstr. 1", postal_code="20457", city="Hamburg", country_code="DE")


class Books:
    """An ERP as the customers flow sees it."""

    def __init__(self, *customers: ErpCustomer, page_size: int = 500) -> None:
        self.customers: Sequence[ErpCustomer] = customers
        self.page_size = page_size

    def customer_page(self, window: Window, cursor: str | None) -> Page[ErpCustomer]:
        start = int(cursor or 0)
        end = start + self.page_size
        following = str(end) if end < len(self.customers) else None
        return Page(rows=tuple(self.customers[start:end]), next_cursor=following)
