"""The sidebar: its groups, each shown as far as the person may look."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse

# (group, [(title, icon, admin page, permission or "" for everybody)])
_GROUPS: list[tuple[str, list[tuple[str, str, str, str]]]] = [
    ("Now", [("What needs someone", "notifications_active", "index", "")]),
    (
        "Orders",
        [
            ("Orders", "receipt_long", "integrations_order", "integrations.view_order"),
            ("Events", "bolt", "integrations_event", "integrations.view_event"),
        ],
    ),
    (
        "Sales",
        [
            ("Requests", "inbox", "quotes_rfq", "quotes.view_rfq"),
            ("Quotes", "request_quote", "quotes_version", "quotes.view_version"),
            ("Pipeline", "view_kanban", "quotes_board", "quotes.view_version"),
            ("Approvals", "approval", "quotes_approval", "quotes.view_approval"),
            ("Templates", "library_books", "quotes_quotetemplate", "quotes.view_quotetemplate"),
            ("Approval rules", "rule", "quotes_approvalrule", "quotes.view_approvalrule"),
            ("Price margin", "trending_up", "quotes_pricemargin", "quotes.view_pricemargin"),
            ("Buying rights", "shopping_bag", "quotes_buyingright", "quotes.view_buyingright"),
        ],
    ),
    (
        "Jobs & issues",
        [
            ("Issues", "error", "integrations_issue", "integrations.view_issue"),
            ("Jobs", "manufacturing", "engine_syncjob", "engine.view_syncjob"),
            ("Bulk presses", "done_all", "engine_press", "engine.view_press"),
            ("Exchanges", "swap_horiz", "integrations_exchange", "integrations.view_exchange"),
            ("Alerts", "campaign", "integrations_alert", "integrations.view_alert"),
            ("History", "history", "integrations_statechange", "integrations.view_statechange"),
        ],
    ),
    (
        "Set-up",
        [
            ("Connections", "cable", "integrations_connection", "integrations.view_connection"),
            ("Flows", "sync_alt", "integrations_flow", "integrations.view_flow"),
            ("Runs", "play_circle", "integrations_run", "integrations.view_run"),
            ("Matching", "join", "integrations_matchproposal", "integrations.view_matchproposal"),
            ("Hand edits", "edit_off", "integrations_handedit", "integrations.view_handedit"),
            ("Articles", "category", "integrations_articlecopy", "integrations.view_articlecopy"),
            ("Prices", "sell", "integrations_pricerow", "integrations.view_pricerow"),
            ("Price audits", "balance", "integrations_priceaudit", "integrations.view_priceaudit"),
            ("Stock", "inventory_2", "integrations_stocklevel", "integrations.view_stocklevel"),
        ],
    ),
    (
        "Links",
        [
            (title, "link", f"integrations_{name}mapping", f"integrations.view_{name}mapping")
            for title, name in (
                ("Customers", "customer"),
                ("Accounts", "account"),
                ("SKUs", "variant"),
                ("Products", "product"),
                ("Taxes", "tax"),
                ("Shipping methods", "shipping"),
                ("Payment terms", "term"),
                ("Warehouses", "warehouse"),
                ("Units", "unit"),
                ("Currencies", "currency"),
            )
        ],
    ),
    (
        "People",
        [
            ("Companies", "domain", "integrations_account", "integrations.view_account"),
            ("Buyers", "person", "integrations_buyer", "integrations.view_buyer"),
            (
                "Registrations",
                "how_to_reg",
                "integrations_registration",
                "integrations.view_registration",
            ),
            (
                "Customers in the ERP",
                "contacts",
                "integrations_customercopy",
                "integrations.view_customercopy",
            ),
            (
                "Licensed goods",
                "license",
                "integrations_licensedgoods",
                "integrations.view_licensedgoods",
            ),
            ("Staff", "badge", "integrations_user", "integrations.view_user"),
            ("Roles", "shield_person", "auth_group", "auth.view_group"),
        ],
    ),
]


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    """The groups with what this person may see, without empty ones."""
    groups = []
    for title, pages in _GROUPS:
        items = [
            {"title": name, "icon": icon, "link": _address(page), **_marked(request, page)}
            for name, icon, page, permission in pages
            if not permission or request.user.has_perm(permission)
        ]
        if items:
            folded = title == "Links"
            groups.append(
                {"title": title, "items": items, "separator": True, "collapsible": folded}
            )
    return groups


def _marked(request: HttpRequest, page: str) -> dict[str, bool]:
    """The board's address begins like that of the list, which is another page all the same."""
    on_board = page == "quotes_version" and request.path == _address("quotes_board")
    return {"active": False} if on_board else {}


def _address(page: str) -> str:
    is_page = page in ("index", "quotes_board")
    return reverse(f"admin:{page}" if is_page else f"admin:{page}_changelist")
