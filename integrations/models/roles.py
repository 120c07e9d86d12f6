"""The five staff roles as groups, and what each may do.

`sync_roles` runs after every migrate: new permissions reach existing installations.
Permissions are named `model.verb` for Django's four verbs, or by their own codename.
"""

from typing import Any

SUPPORT = "Support"
SALES = "Sales"
SALES_MANAGER = "Sales manager"
INTEGRATION_ADMIN = "Integration admin"
AUDITOR = "Auditor"

_READABLE = [
    "account",
    "articlecopy",
    "buyer",
    "connection",
    "event",
    "exchange",
    "flow",
    "handedit",
    "idlink",
    "invoice",
    "issue",
    "issueitem",
    "matchproposal",
    "order",
    "orderline",
    "payment",
    "priceaudit",
    "pricedrift",
    "plannedchange",
    "pricerow",
    "run",
    "shipment",
    "statechange",
    "stocklevel",
    "alert",
    "customercopy",
    "licence",
    "licensedgoods",
    "assortment",
    "registration",
]
_ENGINE_READABLE = [
    "syncjob",
    "step",
    "attempt",
    "resource",
    "jobmove",
    "jobedit",
    "editdecision",
    "press",
    "pressmember",
]
_MAPPINGS = [
    "customermapping",
    "accountmapping",
    "productmapping",
    "variantmapping",
    "taxmapping",
    "shippingmapping",
    "termmapping",
    "warehousemapping",
    "unitmapping",
    "currencymapping",
]
_QUOTES_READABLE = [
    "rfq",
    "rfqline",
    "message",
    "quote",
    "version",
    "versionline",
    "approval",
    "acceptance",
    "quotetemplate",
    "templateline",
]
_QUOTE_POLICY = ["approvalrule", "buyingright", "pricemargin"]

_VIEW_QUOTES = {f"view_{model}" for model in _QUOTES_READABLE}
_SEE_QUOTES = _VIEW_QUOTES | {f"view_{model}" for model in _QUOTE_POLICY} | {"see_all_quotes"}
_SELL = _VIEW_QUOTES | {"work_rfqs", "edit_quotes", "offer_quotes", "delete_quotetemplate"}
_SET_POLICY = {f"{verb}_{model}" for model in _QUOTE_POLICY for verb in ("add", "change", "delete")}

_VIEW_ALL = {f"view_{model}" for model in (*_READABLE, *_ENGINE_READABLE, *_MAPPINGS)}
_LINK_ALL = {f"{verb}_{model}" for model in _MAPPINGS for verb in ("add", "change", "delete")}
# What a company may buy, and who may buy for it.
_RESTRICTIONS = ("licence", "licensedgoods", "assortment")
_SET_RESTRICTIONS = {
    f"{verb}_{model}" for model in _RESTRICTIONS for verb in ("add", "change", "delete")
}
_VIEW_SALES = {
    f"view_{model}"
    for model in (
        "account",
        "buyer",
        "order",
        "orderline",
        "shipment",
        "invoice",
        "payment",
        "customercopy",
        "registration",
        *_RESTRICTIONS,
    )
}

ROLES: dict[str, set[str]] = {
    SUPPORT: _VIEW_ALL
    | _LINK_ALL
    | _SEE_QUOTES
    | {"settle_quote_orders"}
    | {"operate_jobs", "push_orders", "change_issue", "test_connections"}
    | {"run_price_audits"}
    | {"decide_registrations", "change_customercopy"},
    SALES: _VIEW_SALES | _SELL,
    SALES_MANAGER: _VIEW_SALES
    | _SELL
    | _SEE_QUOTES
    | _SET_POLICY
    | {"change_account", "change_buyer", "approve_quotes", "settle_quote_orders"}
    | {"hand_over_quotes", "decide_registrations"}
    | _SET_RESTRICTIONS,
    INTEGRATION_ADMIN: _VIEW_ALL
    | _LINK_ALL
    | _SEE_QUOTES
    | _SET_POLICY
    | _SET_RESTRICTIONS
    | {
        "decide_registrations",
        "change_customercopy",
        "settle_quote_orders",
        "operate_jobs",
        "push_orders",
        "change_issue",
        "run_price_audits",
        "add_connection",
        "change_connection",
        "test_connections",
        "add_flow",
        "change_flow",
        "set_flow_mode",
        "add_account",
        "change_account",
        "add_buyer",
        "change_buyer",
    },
    AUDITOR: _VIEW_ALL | _SEE_QUOTES,
}


def sync_roles(**_: Any) -> None:
    """Creates the groups and gives them exactly these permissions. Safe to repeat."""
    from django.contrib.auth.models import Group, Permission

    known = {
        permission.codename: permission
        for permission in Permission.objects.filter(
            content_type__app_label__in=("integrations", "engine", "quotes")
        )
    }
    for name, codenames in ROLES.items():
        group, _created = Group.objects.get_or_create(name=name)
        group.permissions.set([known[code] for code in codenames if code in known])
