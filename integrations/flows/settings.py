"""What can be set on a flow, by its kind, and the one place that sets it.

The flows read these from `Flow.settings`; what is not there has the default named here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction

from integrations.errors import NeedsOperator
from integrations.models import Flow, StateChange

LONGEST_INTERVAL_H = 24 * 366
LARGEST_SAMPLE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowSetting:
    """One setting. `read` gives the text as it is kept and raises ValueError saying what it
    must be; with `choices` it must be one of them."""

    name: str
    label: str
    help: str
    read: Callable[[str], str] = str
    choices: tuple[str, ...] = ()

    def checked(self, text: str) -> str:
        """The value to keep. Raises NeedsOperator with a sentence."""
        try:
            if self.choices and text not in self.choices:
                raise ValueError(f"one of {', '.join(self.choices)}")
            return self.read(text)
        except ValueError as exc:
            raise NeedsOperator(
                f"The setting {self.name!r} is {text!r}; it must be {exc}.",
                reason="bad_setting",
                cause=f"bad_setting:{self.name}",
            ) from exc


def _currency(text: str) -> str:
    if len(text) != 3 or not (text.isascii() and text.isalpha()):
        raise ValueError("a currency of three letters, such as EUR")
    return text.upper()


def _hours(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > LONGEST_INTERVAL_H:
        raise ValueError(f"a whole number of hours from 0 to {LONGEST_INTERVAL_H}")
    return str(int(text))


def _sample(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > LARGEST_SAMPLE:
        raise ValueError(f"a whole number from 0 to {LARGEST_SAMPLE}")
    return str(int(text))


def _percent(text: str) -> str:
    if not (text.isascii() and text.isdigit()) or int(text) > 100:
        raise ValueError("a whole number from 0 to 100")
    return str(int(text))


# What every batch flow has; kinds whose hand edits are looked for have HAND_EDITS too.
COMPLETE_EVERY_H = FlowSetting(
    name="complete_every_h",
    label="Hours between complete reads",
    help="The other runs read what changed. 0: never complete. Empty: 24.",
    read=_hours,
)
MOST_REMOVALS = FlowSetting(
    name="most_removals_pct",
    label="Removals believed without asking, in percent",
    help="A run that would remove a larger share of what is there (and at least 20 records) "
    "stops and asks: the source may have answered incompletely. Empty: 10.",
    read=_percent,
)
HAND_EDITS = FlowSetting(
    name="hand_edits",
    label="Edits by hand in the storefront",
    help="Of what the source owns. report: complete reads look for them, each is told with both "
    "values. put_back: what the flow wrote is also written again. Empty: only those that the "
    "storefront's events tell of are looked at and told.",
    choices=("report", "put_back"),
)
# Of what no event of the storefront tells.
HAND_EDITS_READ = replace(
    HAND_EDITS,
    help="Of what the source owns. report: complete reads look for them, each is told with both "
    "values. put_back: what the flow wrote is also written again. off: they are not looked for, "
    "and a complete read of unchanged records costs the storefront less. Empty: report.",
    choices=("report", "put_back", "off"),
)
HAND_EDITS_OF_GROUPS = replace(
    HAND_EDITS,
    help="Of customer groups, which decide who has whose prices: complete reads compare who is "
    "in them. report: each difference is told. put_back: who is missing is also put in again, "
    "and who does not belong there is taken out. Empty: report.",
)


def _currencies(text: str) -> str:
    return ", ".join(_currency(one) for one in text.replace(",", " ").split())


_SPECIAL = ("price_list", "customer_group", "customer")


def _audiences(text: str) -> str:
    found = text.replace(",", " ").split()
    if set(found) - set(_SPECIAL):
        raise ValueError(f"some of {', '.join(_SPECIAL)}, separated by commas")
    return ", ".join(found)


def _zone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as exc:
        raise ValueError("a time zone such as Europe/Berlin") from exc


SETTINGS: dict[str, tuple[FlowSetting, ...]] = {
    Flow.Kind.ORDERS: (
        FlowSetting(
            name="changes",
            label="Changes of sent orders",
            help="push: written into the ERP. hold: each waits for a person. Empty: push.",
            choices=("push", "hold"),
        ),
        FlowSetting(
            name="refused",
            label="Orders the ERP refuses",
            help="park: each waits for a person. cancel: the order is cancelled in the storefront "
            "at once; an authorised payment is released, a captured one refunded in full. Only "
            "while the flow is live, only for the ERP's own refusal of the order before it took "
            "it, and five an hour at most: further ones wait. Empty: park.",
            choices=("park", "cancel"),
        ),
    ),
    Flow.Kind.STOCK: (
        FlowSetting(
            name="locations",
            label="Locations of the ERP",
            help="linked: each by its warehouse mapping; one without is skipped. sum: all of them "
            "together are the one stock location of the storefront's connection. Empty: linked.",
            choices=("linked", "sum"),
        ),
        COMPLETE_EVERY_H,
        MOST_REMOVALS,
        HAND_EDITS_READ,
    ),
    Flow.Kind.PRICES: (
        FlowSetting(
            name="list_prices",
            label="Prices for everyone",
            help="yes: also what everyone pays is written, with its quantity steps; the products "
            "flow then leaves the prices of existing SKUs alone. no: special prices only. "
            "Empty: yes.",
            choices=("yes", "no"),
        ),
        FlowSetting(
            name="audiences",
            label="Special prices",
            help="Whose: price_list, customer_group, customer, separated by commas. Empty: all.",
            read=_audiences,
        ),
        FlowSetting(
            name="precedence",
            label="A customer's own prices",
            help="lowest: of all prices that fit a buyer, the lowest is charged. customer: the "
            "prices of the buyer's own company go before those of groups and lists, even if they "
            "are higher. Empty: lowest.",
            choices=("lowest", "customer"),
        ),
        FlowSetting(
            name="currencies",
            label="Currencies",
            help="Such as EUR, USD; prices in others are left out. Empty: all.",
            read=_currencies,
        ),
        FlowSetting(
            name="zone",
            label="Time zone of the seller",
            help="Where the days on which a price begins and ends are counted, such as "
            "Europe/Berlin. Empty: UTC.",
            read=_zone,
        ),
        FlowSetting(
            name="complete_every_h",
            label="Hours between complete reads",
            help="Only a complete one sees what the ERP deleted. 0: never complete. Empty: 24.",
            read=_hours,
        ),
        FlowSetting(
            name="audit_sample",
            label="Prices compared each night",
            help="How many prices the ERP and the storefront are asked for after 2:00 in the time "
            "zone of the seller, to find those that differ. 0: none. Empty: 50.",
            read=_sample,
        ),
        MOST_REMOVALS,
        HAND_EDITS_READ,
    ),
    Flow.Kind.CUSTOMERS: (
        FlowSetting(
            name="unregistered",
            label="Contacts who have not registered",
            help="alone: in the storefront, but in no group. grouped: in the company's groups; "
            "whoever types such an address into a cart then has that company's prices, and the "
            "order goes to its account. Empty: alone.",
            choices=("alone", "grouped"),
        ),
        FlowSetting(
            name="complete_every_h",
            label="Hours between complete reads",
            help="The other runs read what changed. 0: never complete. Empty: 24.",
            read=_hours,
        ),
        MOST_REMOVALS,
        HAND_EDITS_OF_GROUPS,
    ),
    Flow.Kind.PRODUCTS: (
        FlowSetting(
            name="currency",
            label="Currency of the list prices",
            help="Such as EUR; what is priced in another one is skipped. Empty: as in the ERP.",
            read=_currency,
        ),
        FlowSetting(
            name="manage_inventory",
            label="The storefront counts stock",
            help="yes: written products sell from stock only. Empty: no.",
            choices=("yes", "no"),
        ),
        FlowSetting(
            name="backorder",
            label="Sold beyond the stock",
            help="never or always: of counted items, where the ERP does not say it of the item. "
            "Empty: what each has in the storefront stays.",
            choices=("never", "always"),
        ),
        FlowSetting(
            name="categories",
            label="Categories from the ERP",
            help="yes: the ERP's categories are made and its products lie in them alone. no: the "
            "storefront's own are left as they are. Empty: yes.",
            choices=("yes", "no"),
        ),
        COMPLETE_EVERY_H,
        MOST_REMOVALS,
        HAND_EDITS,
    ),
}


def settings_of(kind: str) -> tuple[FlowSetting, ...]:
    """What can be set on flows of this kind."""
    return SETTINGS.get(kind, ())


def check_settings(kind: str, given: Mapping[str, str]) -> dict[str, str]:
    """The values to keep, empty ones left out.

    Raises NeedsOperator for a setting that this kind does not have and for a bad value.
    """
    known = {setting.name: setting for setting in settings_of(kind)}
    unknown = sorted(set(given) - set(known))
    if unknown:
        raise NeedsOperator(
            f"Flows of {kind} have no setting {unknown[0]!r}.",
            reason="unknown_setting",
            hint=f"Known: {', '.join(known) or 'none'}.",
        )
    filled = {name: text.strip() for name, text in given.items() if text.strip()}
    return {name: known[name].checked(text) for name, text in filled.items()}


@transaction.atomic
def change_settings(flow: Flow, given: Mapping[str, str], *, actor: str) -> Flow:
    """Sets what is given, keeps the rest; an empty text goes back to the default.

    Writes history when something changed. Raises NeedsOperator like `check_settings`.
    """
    locked = Flow.objects.select_for_update().get(pk=flow.pk)
    kept = {name: value for name, value in locked.settings.items() if name not in given}
    wanted = {**kept, **check_settings(locked.kind, given)}
    if wanted != locked.settings:
        StateChange.objects.create(
            subject="flow",
            subject_id=locked.pk,
            after="settings",
            actor=actor,
            reason=_differences(locked.settings, wanted),
        )
        locked.settings = wanted
        locked.save(update_fields=["settings"])
    flow.settings = wanted
    return flow


def _differences(before: Mapping[str, object], after: Mapping[str, object]) -> str:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    return ", ".join(
        f"{name}: {before.get(name, 'default')} → {after.get(name, 'default')}" for name in names
    )
