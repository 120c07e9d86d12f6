"""Rules that hold between keys, which no single shape can know."""

import re
from typing import Any
from zoneinfo import ZoneInfo

from integrations.adapters.custom.mapping.shapes import Entry
from integrations.adapters.custom.mapping.source import Mistakes
from integrations.adapters.custom.values import currency_digits, format_problem

_HEADER = re.compile(r"[A-Za-z0-9-]{1,60}")


def check(root: Entry, formats: Entry, mistakes: Mistakes) -> None:
    """Tells what does not fit together. Sections may be missing or hold mistakes themselves."""
    _check_auth(root["auth"], mistakes)
    _check_formats(formats, mistakes)
    _check_errors(root["errors"], mistakes)
    _check_needs(root, mistakes)
    _check_currency(root, formats, mistakes)
    if root["orders"] is not None:
        _check_orders(root["orders"], mistakes)
    if root["progress"] is not None:
        _check_progress(root, mistakes)
    if root["pricing"] is not None and root["pricing"]["ask"] is not None:
        ask = root["pricing"]["ask"]
        if "lines" not in ask.uses:
            mistakes.at(ask.line, "pricing.ask sends no '$each: lines'")


def _check_auth(auth: Entry | None, mistakes: Mistakes) -> None:
    if auth is None:
        return
    if not _HEADER.fullmatch(auth["header"]):
        mistakes.at(auth.line_of("header"), f"{auth['header']!r} is no name of a header")
    is_oauth = auth["kind"] == "oauth_client_credentials"
    path = auth["token_path"] or ""
    if is_oauth and (not path.startswith("/") or path.startswith("//")):
        mistakes.at(auth.line_of("token_path"), "auth needs 'token_path', which begins with '/'")
    for key, fits in (("token_path", is_oauth), ("header", auth["kind"] == "api_key")):
        if auth.has(key) and not fits:
            mistakes.at(auth.line_of(key), f"{key!r} does not belong to auth of this kind")


def _check_formats(formats: Entry, mistakes: Mistakes) -> None:
    try:
        ZoneInfo(formats["timezone"])
    except (OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError with an odd text
        mistakes.at(formats.line_of("timezone"), _no_zone(formats["timezone"]))
    except KeyError:
        mistakes.at(formats.line_of("timezone"), _no_zone(formats["timezone"]))
    for key in ("date", "time"):
        problem = format_problem(formats[key], is_time=key == "time")
        if problem:
            mistakes.at(formats.line_of(key), problem)
    if formats["decimal_mark"] == formats["thousands_mark"]:
        mistakes.at(formats.line_of("thousands_mark"), "both marks of numbers are the same")
    if formats["currency"]:
        try:
            currency_digits(formats["currency"])
        except ValueError as exc:
            mistakes.at(formats.line_of("currency"), str(exc))


def _no_zone(name: str) -> str:
    return f"{name!r} is no time zone; write it like Europe/Berlin"


def _check_errors(errors: Entry | None, mistakes: Mistakes) -> None:
    failed = errors["failed_if"] if errors else None
    if failed is None:
        return
    said = [key for key in ("is", "is_not", "present") if failed.has(key)]
    if len(said) != 1:
        mistakes.at(failed.line, "errors.failed_if needs one of 'is', 'is_not', 'present'")


def _check_needs(root: Entry, mistakes: Mistakes) -> None:
    needs = (
        ("orders", "rounding"),
        ("progress", "orders"),
        ("payments", "orders"),
        ("invoice_pdf", "progress"),
    )
    for section, needed in needs:
        if root[section] is not None and root[needed] is None:
            mistakes.at(root.line_of(section), f"{section!r} needs the section {needed!r}")


def _check_currency(root: Entry, formats: Entry, mistakes: Mistakes) -> None:
    """An amount without its currency is no amount."""
    if formats["currency"]:
        return
    for name in ("products", "prices", "customers", "credit", "orders"):
        section = root[name]
        fields = section["fields"] if section is not None else None
        if fields is not None and fields["currency"] is None:
            mistakes.at(fields.line, f"{name}.fields tells no 'currency'; or give one to 'formats'")


def _check_orders(orders: Entry, mistakes: Mistakes) -> None:
    reference, apart = orders["reference"], orders["lines_apart"] is not None
    if reference is not None and not reference["enforced"] and orders["created"] is None:
        mistakes.at(
            reference.line_of("enforced"),
            "orders.reference is not enforced, so 'created' must say how to list orders: two of "
            "one reference are found by it",
        )
    fields = orders["fields"]
    if orders["created"] is not None and fields is not None and fields["created_at"] is None:
        mistakes.at(fields.line, "orders.fields needs 'created_at' for 'created'")
    if apart != (orders["change"] == "lines_apart"):
        mistakes.at(
            orders.line_of("change"), "'change: lines_apart' and the section 'lines_apart' are one"
        )
    if orders["create"] is not None:
        _check_lines(orders, orders["create"], apart, mistakes)


def _check_lines(orders: Entry, create: Any, apart: bool, mistakes: Mistakes) -> None:
    rows = orders["lines"]["rows"] if orders["lines"] is not None else None
    if apart:
        if orders["fields"] is not None and orders["fields"]["lines_expected"] is None:
            mistakes.at(
                orders["fields"].line,
                "orders.fields needs 'lines_expected': with lines apart, only it tells a whole "
                "order from half of one",
            )
        if "line_count" not in create.uses:
            mistakes.at(create.line, "orders.create must send {line_count} when lines are apart")
    elif orders["lines"] is not None and rows is None:
        mistakes.at(orders["lines"].line, "orders.lines needs 'rows', where the lines stand")
    add = orders["lines_apart"]["add"] if apart else create
    if add is not None and not add.uses & {"line.discount_percent", "line.discounted_unit_price"}:
        mistakes.at(add.line, f"{add.where} sends no {{line.discount_percent}}: discounts get lost")
    for call in (create, orders["change"]):
        if not apart and not isinstance(call, str) and call and "lines" not in call.uses:
            mistakes.at(call.line, f"{call.where} sends no '$each: lines'")


def _check_progress(root: Entry, mistakes: Mistakes) -> None:
    progress = root["progress"]
    for name in ("orders", "lines"):
        call = progress[name]
        if call is not None and not call.uses & {"refs", "ref"}:
            mistakes.at(call.line, f"progress.{name} must use {{refs}} or {{ref}}")
    if progress["lines"] is not None and progress["line_order_ref"] is None:
        mistakes.at(progress["lines"].line, "progress.lines needs 'line_order_ref' beside it")
    for name in ("shipments", "invoices", "returns"):
        part = progress[name]
        if part is None:
            continue
        if (part["list"] is None) == (part["rows"] is None):
            mistakes.at(part.line, f"progress.{name} needs one of 'list' and 'rows'")
        elif part["list"] is not None:
            _check_attached(name, part, mistakes)


def _check_attached(name: str, part: Entry, mistakes: Mistakes) -> None:
    uses = part["list"].uses
    if not uses & {"refs", "ref"}:
        mistakes.at(part["list"].line, f"progress.{name}.list must use {{refs}} or {{ref}}")
    if "refs" in uses and part["fields"] is not None and part["fields"]["order_ref"] is None:
        mistakes.at(part["fields"].line, f"progress.{name}.fields needs 'order_ref'")
