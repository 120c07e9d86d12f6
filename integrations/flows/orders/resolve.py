"""Finds the ERP's counterparts of what an order names: customer, SKUs, taxes, shipping.

What has none is never guessed: NeedsOperator says in one sentence what to link and where.
All that an order lacks is told at once, so that a person fixes it in one go.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from integrations.errors import NeedsOperator
from integrations.flows.links import sources_of, target_of, targets_of
from integrations.models import Buyer, Connection, IdLink
from integrations.records import StorefrontLine, StorefrontOrder

SHIPPING_PRODUCT = "shipping_product_ref"
FREE_TEXT_PRODUCT = "free_text_product_ref"


@dataclass(frozen=True, slots=True, kw_only=True)
class Counterparts:
    """ERP ids by storefront id: `products` by line id, `taxes` by tax code."""

    customer_ref: str
    products: dict[str, str]
    taxes: dict[str, str]


@dataclass(frozen=True, slots=True)
class _Gap:
    reason: str
    cause: str
    sentence: str
    hint: str


def resolve(
    order: StorefrontOrder, *, storefront: Connection, erp: Connection, customer_ref: str = ""
) -> Counterparts:
    """All counterparts of this order. Raises NeedsOperator naming everything that is missing.

    `customer_ref` is the ERP's customer where a person has named one for this order.
    """
    gaps: list[_Gap] = []
    customer = customer_ref or _customer(order, storefront, erp, gaps)
    taxes = _taxes(order, storefront, erp, gaps)
    products = _products(order, storefront, erp, gaps)
    if gaps:
        raise NeedsOperator(
            " ".join(dict.fromkeys(gap.sentence for gap in gaps)),
            reason=gaps[0].reason,
            cause=gaps[0].cause,
            hint=" ".join(dict.fromkeys(gap.hint for gap in gaps)),
            ids={"order": order.order_id},
        )
    return Counterparts(customer_ref=customer, products=products, taxes=taxes)


def _customer(
    order: StorefrontOrder, storefront: Connection, erp: Connection, gaps: list[_Gap]
) -> str:
    own = order.customer_id and target_of(IdLink.Kind.CUSTOMER, storefront, order.customer_id, erp)
    if own:
        return own
    found = _by_account(order, storefront, erp)
    if len(found) == 1:
        return found.pop()
    who = order.email or order.customer_id or "an unknown buyer"
    if found:
        gaps.append(
            _Gap(
                "customer_ambiguous",
                f"customer:{order.customer_id}:ambiguous",
                f"Customer {who} belongs to {len(found)} accounts with different ERP customers.",
                f"Link the customer {order.customer_id} itself to one ERP customer "
                "under Customer links, then requeue.",
            )
        )
    else:
        gaps.append(
            _Gap(
                "customer_unlinked",
                f"customer:{order.customer_id or order.email}:unlinked",
                f"Customer {who} has no counterpart in {erp.name}.",
                f"Add a customer link from {order.customer_id or 'the customer'} to the customer's "
                f"id in {erp.name}, or an account link for their customer group, then requeue.",
            )
        )
    return ""


def _by_account(order: StorefrontOrder, storefront: Connection, erp: Connection) -> set[str]:
    groups = set(order.group_ids)
    if order.customer_id:
        buyers = Buyer.objects.filter(storefront_customer_id=order.customer_id, is_active=True)
        groups |= set(buyers.values_list("account__storefront_group_id", flat=True)) - {""}
    linked = targets_of(IdLink.Kind.ACCOUNT, storefront, groups, erp)
    return set(linked.values())


def _taxes(
    order: StorefrontOrder, storefront: Connection, erp: Connection, gaps: list[_Gap]
) -> dict[str, str]:
    rates = {tax.code: tax.rate for line in order.lines for tax in line.taxes}
    found = targets_of(IdLink.Kind.TAX, storefront, rates, erp)
    for code in sorted(set(rates) - set(found)):
        gaps.append(
            _Gap(
                "tax_unlinked",
                f"tax:{code}:unlinked",
                f"Tax {code} ({rates[code].normalize():f} %) has no counterpart in {erp.name}.",
                f"Add a tax mapping from {code} to the tax's id in {erp.name}, then requeue.",
            )
        )
    return found


def _products(
    order: StorefrontOrder, storefront: Connection, erp: Connection, gaps: list[_Gap]
) -> dict[str, str]:
    variants = {line.variant_id for line in order.lines if line.kind == "item" and line.variant_id}
    options = {line.shipping_option_id for line in order.lines if line.shipping_option_id}
    by_variant = sources_of(IdLink.Kind.VARIANT, storefront, variants, erp)
    by_option = targets_of(IdLink.Kind.SHIPPING, storefront, options, erp)
    by_sku = products_by_sku({line.sku for line in order.lines if _has_sku_alone(line)}, erp)
    found: dict[str, str] = {}
    for line in order.lines:
        known = by_variant if line.kind == "item" else by_option
        own_id = line.variant_id if line.kind == "item" else line.shipping_option_id
        ref = known.get(own_id or "") or _fallback(line, erp, by_sku)
        if ref:
            found[line.line_id] = ref
        else:
            gaps.append(_missing_product(line, erp))
    return found


def products_by_sku(skus: Collection[str], erp: Connection) -> dict[str, str]:
    """The ERP's product of each SKU that the products flow linked under one and only one."""
    rows = IdLink.objects.filter(kind=IdLink.Kind.VARIANT, source=erp, label__in=set(skus) - {""})
    refs: dict[str, set[str]] = {}
    for sku, ref in rows.values_list("label", "source_ref"):
        refs.setdefault(sku, set()).add(ref)
    return {sku: found.pop() for sku, found in refs.items() if len(found) == 1}


def _has_sku_alone(line: StorefrontLine) -> bool:
    """A line that was typed in, by hand or for a quote: its SKU is all that names a product."""
    return line.kind == "item" and not line.variant_id and bool(line.sku)


def _fallback(line: StorefrontLine, erp: Connection, by_sku: Mapping[str, str]) -> str:
    """One service product for what has none of its own: a shipping method, a line of free text."""
    if line.kind == "shipping":
        return erp.setting(SHIPPING_PRODUCT)
    if _has_sku_alone(line):
        return by_sku.get(line.sku, "")
    return "" if line.variant_id else erp.setting(FREE_TEXT_PRODUCT)


def _missing_product(line: StorefrontLine, erp: Connection) -> _Gap:
    if line.kind == "shipping":
        option = line.shipping_option_id or line.title
        return _Gap(
            "shipping_unlinked",
            f"shipping:{option}:unlinked",
            f"Shipping method {line.title!r} has no counterpart in {erp.name}.",
            f"Add a shipping method mapping from {option} to the id of the service product in "
            f"{erp.name}, then requeue.",
        )
    if not line.variant_id:
        return _typed_in(line, erp)
    what = line.sku or line.title
    return _Gap(
        "sku_unlinked",
        f"sku:{line.variant_id}:unlinked",
        f"SKU {what} has no counterpart in {erp.name}.",
        f"Run the products flow, or add a SKU link for {line.variant_id}, then requeue.",
    )


def _typed_in(line: StorefrontLine, erp: Connection) -> _Gap:
    if line.sku:
        return _Gap(
            "sku_unlinked",
            f"sku:{line.sku}:unlinked",
            f"SKU {line.sku} has no counterpart in {erp.name}.",
            f"Run the products flow so that one product of {erp.name} is linked under this SKU, "
            "then requeue.",
        )
    return _Gap(
        "free_text_unlinked",
        f"free_text:{erp.pk}",
        f"Line {line.title!r} is free text, and {erp.name} has no product for such lines.",
        f"Make a product for free-text lines in {erp.name}, enter its id on the connection, then "
        "requeue.",
    )
