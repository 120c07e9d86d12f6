"""The words of each cause: what was found, what to do, and the same as a machine step. Pure."""

from decimal import Decimal
from typing import Any

from integrations.flows.price_audit.case import Case, Cause, Finding, Question
from integrations.flows.price_audit.due import concerns, holding, same_price, steps
from integrations.flows.prices.decide import pieces
from integrations.flows.prices.offers import Kept
from integrations.records import (
    BuyerPrice,
    PriceAnswer,
    PriceRefusal,
    PriceRowThere,
    StorefrontPriceList,
)

RERUN = "Run the prices flow completely"


def not_compared(why: str) -> Finding:
    return Finding(cause=Cause.NOT_COMPARED, found=why, plan="", step={})


def tax_inclusive(code: str) -> Finding:
    return Finding(
        cause=Cause.NOT_COMPARED,
        found=f"Prices in {code} include tax in the storefront; the ERP's are net.",
        plan=f"Switch tax-inclusive pricing off for {code} and its regions in the storefront.",
        step={"do": "exclude_tax", "currency": code},
    )


def not_in_erp(refusal: PriceRefusal, shop: BuyerPrice) -> Finding:
    return Finding(
        cause=Cause.NOT_IN_ERP,
        found=f"The storefront sells it, but the ERP has no price: {refusal.reason}",
        plan="Price it in the ERP, or take it off sale; then run the prices flow completely.",
        step={"do": "price_in_erp", "storefront_price": shop.price_id},
    )


def currency(code: str) -> Finding:
    return Finding(
        cause=Cause.CURRENCY,
        found=f"The storefront does not sell in {code}, or has no region with it.",
        plan=f"Add {code} to the currencies of its store and to a region, "
        "then run the prices flow completely.",
        step={"do": "enable_currency", "currency": code},
    )


def rounding(case: Case, erp: Decimal, shop: Decimal) -> Finding:
    charged = case.there.get(case.shop.price_id) if case.shop else None
    off = abs(erp - shop) * case.question.quantity
    return Finding(
        cause=Cause.ROUNDING,
        found=f"The storefront holds {_plain(shop)} for {_plain(erp)}: rounded for one piece, "
        f"and {_plain(off)} {case.question.currency} off in an order of "
        f"{_plain(case.question.quantity)}.",
        plan="Write the price again: with all its digits. If it comes back, something else "
        "rounds it.",
        step=_rewrite_of(case, charged),
    )


def unruled_list(held: StorefrontPriceList, *, is_ours: bool) -> Finding:
    whom = "everyone" if not held.rules else "others than its customer group"
    if is_ours:
        return Finding(
            cause=Cause.UNRULED_LIST,
            found=f"The price list {held.title} is for {whom}.",
            plan="Give it its customer group as the condition again; until then it is a draft.",
            step={"do": "rule_list", "list": held.list_id},
        )
    return Finding(
        cause=Cause.UNRULED_LIST,
        found=f"The price list {held.title} is for {whom}.",
        plan="The portal did not make it. Make it a draft in the storefront, or give it a customer "
        "group as the condition, unless everyone is meant to pay its prices.",
        step={"do": "draft_list", "list": held.list_id},
    )


def missing_list(row: Kept) -> Finding:
    was = "was deleted there" if row.list_id else "was never written"
    return Finding(
        cause=Cause.MISSING_LIST,
        found=f"The price list of {row.audience_name or row.audience_ref} is not in the "
        f"storefront: it {was}.",
        plan="Write the list with all its prices.",
        step=_rewrite(row),
    )


def list_draft(held: StorefrontPriceList) -> Finding:
    return Finding(
        cause=Cause.LIST_DRAFT,
        found=f"The price list {held.title} is a draft, so its prices do not hold.",
        plan="Somebody set it to draft in the storefront: make it active if it may hold.",
        step={"do": "activate_list", "list": held.list_id},
    )


def list_dates(held: StorefrontPriceList, row: Kept) -> Finding:
    days = f"{row.starts_on or 'ever'} to {row.ends_on or 'ever'}"
    return Finding(
        cause=Cause.LIST_DATES,
        found=f"The price list {held.title} does not hold on this day in the storefront; in the "
        f"ERP its prices hold from {days}.",
        plan="Set its days again. Compare the flow's time zone too.",
        step={"do": "date_list", "list": held.list_id},
    )


def not_in_group(question: Question, row: Kept, group: str) -> Finding:
    whose = row.audience_name or row.audience_ref
    return Finding(
        cause=Cause.NOT_IN_GROUP,
        found=f"The customer is not in the customer group of {whose} in the storefront.",
        plan=f"Put the customer into the group {row.audience}:{row.audience_ref} there; the "
        "customers flow does it for all.",
        step={"do": "join_group", "customer": question.customer_id, "group": group},
    )


def held_back(row: Kept, problem: str) -> Finding:
    return Finding(
        cause=Cause.HELD_BACK,
        found=f"The prices flow does not write this price: {problem}",
        plan="Do what the sentence says, then run the prices flow completely.",
        step={"do": "clear_up", "refs": [row.ref]},
    )


def deleted_row(row: Kept) -> Finding:
    was = "is not in the storefront any more" if row.price_id else "was not written yet"
    return Finding(
        cause=Cause.STALE_ROW,
        found=f"The price {_plain(row.net_unit_price)} {row.currency} {was}.",
        plan="Write the price again.",
        step=_rewrite(row),
    )


def stale_row(row: Kept, there: PriceRowThere) -> Finding:
    return Finding(
        cause=Cause.STALE_ROW,
        found=f"The storefront holds {_plain(there.net_amount)}, the ERP's price is "
        f"{_plain(row.net_unit_price)} {row.currency}.",
        plan="Write the price again.",
        step=_rewrite(row, price=there.price_id),
    )


def other_step(row: Kept, there: PriceRowThere, low: int, high: int | None) -> Finding:
    held = pieces(int(there.min_quantity or 1), _whole(there.max_quantity)) or " for any quantity"
    return Finding(
        cause=Cause.TIER,
        found=f"The storefront holds this price{held}, the ERP "
        f"has it{pieces(low, high) or ' for any quantity'}.",
        plan="Write the price with its quantity steps again.",
        step=_rewrite(row, price=there.price_id),
    )


def stray_row(shop: BuyerPrice, there: PriceRowThere, held: StorefrontPriceList) -> Finding:
    return Finding(
        cause=Cause.STALE_ROW,
        found=f"The price list {held.title} holds {_plain(there.net_amount)} {there.currency}, "
        "which is no price of the ERP: somebody added it, or it was left over.",
        plan="Delete this price in the storefront.",
        step={"do": "remove_row", "list": shop.list_id, "storefront_price": shop.price_id},
    )


def no_price(shop: BuyerPrice) -> Finding:
    return Finding(
        cause=Cause.NO_PRICE,
        found=shop.problem or "The storefront has no price.",
        plan="Publish the product, or add what is missing; then run the prices flow completely.",
        step={"do": "publish"},
    )


def other_price(shop: BuyerPrice, held: StorefrontPriceList | None) -> Finding:
    whose = f"of the price list {held.title}" if held else "with a condition of its own"
    return Finding(
        cause=Cause.OTHER_PRICE,
        found=f"A price {whose}, which the portal did not write, is charged instead.",
        plan="Delete that price in the storefront, or end its list, if the ERP's is to hold.",
        step={"do": "remove_price", "storefront_price": shop.price_id, "list": shop.list_id},
    )


def precedence(row: Kept, held: StorefrontPriceList | None) -> Finding:
    other = held.title if held else "another list"
    return Finding(
        cause=Cause.PRECEDENCE,
        found=f"The price of {other} is charged instead of that of "
        f"{row.audience_name or row.audience_ref or 'everyone'}.",
        plan="Set `precedence` of the prices flow to customer if a company's own prices go first "
        "in the ERP; otherwise take the customer out of the other group.",
        step={"do": "set_precedence", "list": held.list_id if held else ""},
    )


def unknown(shop: BuyerPrice, cause: Cause) -> Finding:
    where = f"price {shop.price_id}" if shop.price_id else "no price"
    return Finding(
        cause=cause,
        found="The copy, the price list and the customer's groups are in order; the storefront "
        f"charges {where} all the same.",
        plan="Look at that price and its list in the storefront (a list of the type sale gives "
        "way to a lower price), and at what its own code does with prices.",
        step={"do": "look", "storefront_price": shop.price_id, "list": shop.list_id},
    )


def copy_differs(case: Case, erp: PriceAnswer, shop: BuyerPrice) -> Finding:
    """The copy has no price like the ERP's for this customer and quantity."""
    same = [one for one in steps(case) if same_price(one.row, erp) and _is_his(case, one.row, erp)]
    if same:
        one = same[0]
        return Finding(
            cause=Cause.TIER,
            found=f"The ERP gives {_plain(erp.net_unit_price)} for "
            f"{_plain(case.question.quantity)} pieces, the copy"
            f"{pieces(one.low, one.high) or ' never for so many'}.",
            plan=f"{RERUN}: the ERP's quantity steps changed since it read them.",
            step=_rerun(one.row),
        )
    special = [row for row in case.rows if row.is_active and row.audience != "everyone"]
    if erp.rule_ref and not any(_is_his(case, row, erp) for row in special):
        return _never_read(erp)
    held = [one.row for one in holding(case) if _is_his(case, one.row, erp)]
    if held:
        return _behind(held, erp)
    return no_price(shop) if shop.amount is None else unknown(shop, Cause.UNKNOWN)


def _is_his(case: Case, row: Kept, erp: PriceAnswer) -> bool:
    return concerns(case, row, erp)


def _never_read(erp: PriceAnswer) -> Finding:
    name = erp.pricelist_name or erp.pricelist_ref or "a rule of the ERP"
    return Finding(
        cause=Cause.MISSING_LIST,
        found=f"The ERP prices it by {name} (rule {erp.rule_ref}), of which the copy has no price.",
        plan=f"{RERUN}. A rule that is a discount or a formula cannot be written as a price list: "
        "give it a fixed price in the ERP, or sell it by quote.",
        step={"do": "rerun_prices", "list": erp.pricelist_ref, "rule": erp.rule_ref},
    )


def _behind(held: list[Kept], erp: PriceAnswer) -> Finding:
    row = min(held, key=lambda one: (one.audience == "everyone", one.net_unit_price))
    return Finding(
        cause=Cause.STALE_ROW,
        found=f"The catalogue copy says {_plain(row.net_unit_price)}, the ERP now "
        f"{_plain(erp.net_unit_price)} {erp.currency}.",
        plan=f"{RERUN}: the ERP's price changed since it was read.",
        step=_rerun(row),
    )


def _rewrite(row: Kept, **more: str) -> dict[str, Any]:
    """The copy has the right price: it is written as if it had never been."""
    return {"do": "rewrite_prices", "refs": [row.ref], "list": row.list_id, **more}


def _rewrite_of(case: Case, charged: PriceRowThere | None) -> dict[str, Any]:
    row = next((one for one in case.rows if charged and one.price_id == charged.price_id), None)
    return _rewrite(row, price=row.price_id) if row else {"do": "rerun_prices"}


def _rerun(row: Kept, **more: str) -> dict[str, Any]:
    return {"do": "rerun_prices", "refs": [row.ref], "list": row.list_id, **more}


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _whole(quantity: Decimal | None) -> int | None:
    return None if quantity is None else int(quantity)
