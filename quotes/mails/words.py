"""Every mail by its name; what it says is in the module for its readers."""

from collections.abc import Callable

from quotes.mails import company, for_sales, offers, requests
from quotes.mails.letters import Letter

LETTERS: dict[str, Callable[..., Letter]] = {
    "offered": offers.offered,
    "reminder": offers.reminder,
    "expired": offers.expired,
    "accepted": offers.accepted,
    "colleague_accepted": offers.colleague_accepted,
    "company_asked": company.company_asked,
    "company_refused": company.company_refused,
    "given_up": offers.given_up,
    "withdrawn": offers.withdrawn,
    "question": requests.question,
    "said": requests.said,
    "declined": requests.declined,
    "ended": requests.ended,
    "forwarded": offers.forwarded,
    "sales_submitted": for_sales.for_sales_submitted,
    "sales_overdue": for_sales.for_sales_overdue,
    "managers_overdue": for_sales.for_managers_overdue,
    "sales_heard": for_sales.for_sales_heard,
    "sales_cancelled": for_sales.for_sales_cancelled,
    "sales_accepted": for_sales.for_sales_accepted,
    "sales_declined": for_sales.for_sales_declined,
    "sales_change": for_sales.for_sales_change,
    "sales_prices_moved": for_sales.for_sales_prices_moved,
    "sales_order_failed": for_sales.for_sales_order_failed,
    "sales_held": for_sales.for_sales_held,
    "held_cleared": offers.held_cleared,
}


ABOUT_RFQ = frozenset(
    {
        "question",
        "said",
        "declined",
        "ended",
        "sales_submitted",
        "sales_heard",
        "sales_cancelled",
        "sales_overdue",
        "managers_overdue",
    }
)


ABOUT_FORWARD = frozenset({"forwarded"})
