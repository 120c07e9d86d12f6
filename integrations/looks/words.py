"""Machine words in the words of support staff."""

from collections.abc import Mapping

from integrations.engine.models import Attempt
from integrations.errors import Kind

JOBS = {
    "push_order": "Send the order to the ERP",
    "change_order": "Change the order in the ERP",
    "cancel_order": "Cancel the order in the ERP",
    "record_payment": "Tell the ERP about a payment",
    "write_shipment": "Write a shipment to the storefront",
    "collect_invoice": "Show a paid invoice in the storefront",
    "write_progress": "Write progress to the storefront",
    "refresh_progress": "Ask the ERP how the order stands",
    "send_alert": "Send an alert",
    "run_flow": "Run a flow",
    "poll_progress": "Ask the ERP for changes",
    "plan_order": "Work out what would be sent",
    "recheck_order": "Look at the order again",
    "sweep_orders": "Look for missed orders",
    "sweep_doubles": "Look for orders that the ERP took twice",
    "settle_double": "See to an order that the ERP took twice",
    "press_rows": "Press for many rows",
    "keep_subscription": "Stay subscribed to the ERP's notices",
    "look_for_edits": "Look for edits by hand",
    "check_fields": "Compare the fields of the ERP that are used",
    "audit_prices": "Compare prices of the ERP and the storefront",
    "apply_matches": "Carry out what was said in the matching workbench",
    "repair_prices": "Repair prices of the storefront",
    "compare_again": "Compare repaired prices again",
    "look_at_customer": "Look who registered in the storefront",
    "settle_customer": "Give a customer the groups of their company",
    "regroup_lists": "Give price lists a customer group that was made anew",
    "fill_group": "Fill a customer group that was made anew",
}

STEPS = {
    "read": "Read the order",
    "plan": "Work out what to send",
    "create": "Create it in the ERP",
    "confirm": "Confirm it in the ERP",
    "tell": "Tell the storefront",
    "follow_up": "Follow up",
    "apply": "Apply the change",
    "check": "Compare the totals",
    "fetch": "Read the ERP's order",
    "fulfil": "Create the fulfilment",
    "ship": "Mark it as shipped",
    "look": "Look at the order",
    "poll": "Ask for changes",
    "sweep": "Look for missed orders",
    "pages": "Read and write page by page",
    "cancel": "Cancel it in the ERP",
    "record": "Tell the ERP",
    "keep": "Write down what the ERP knows",
    "send": "Send",
    "settle": "Cancel what is too much",
    "members": "Press row by row",
    "open": "Open a payment collection",
    "remember": "Write down which collection it is",
    "pay": "Mark it as paid",
    "note": "Write down that it is paid",
    "compare": "Compare with what was written",
    "subscribe": "Ask to be told of changes",
    "choose": "Choose what to compare",
    "ask": "Ask the ERP and the storefront",
    "report": "Open and close issues",
    "apply_matches": "Write what was said into the storefront",
    "mend": "Write what differs again",
    "rerun": "Ask for a complete run where the ERP has to be read",
    "again": "Compare again when no run is at work",
    "who": "Look whether a buyer has that address",
    "groups": "Put them into their groups",
    "regroup": "Make the group their condition",
    "fill": "Put in who is missing",
}

OUTCOMES = {
    "": "is running",
    Attempt.DONE: "done",
    Attempt.ADOPTED: "was found done by an earlier try; nothing was sent again",
    Attempt.UNDONE: "undone",
    Attempt.UNSETTLED: "not found yet, and too early to be sure; looks again",
    Attempt.CRASHED: "the worker died in the middle of it",
    Kind.NOT_SENT: "could not be sent",
    Kind.UNAVAILABLE: "was not answered",
    Kind.OUTCOME_UNKNOWN: "was sent, but the answer was lost; looks before it sends again",
    Kind.THROTTLED: "was asked to wait",
    Kind.AUTH_FAILED: "was refused: credentials",
    Kind.CONFLICT: "met somebody else's change; reads again",
    Kind.REJECTED: "was refused",
    Kind.NEEDS_OPERATOR: "needs a person",
    Kind.FENCED: "was taken over by another worker",
    Kind.BUG: "failed with an internal error",
}

GOOD = frozenset({Attempt.DONE, Attempt.ADOPTED, Attempt.UNDONE})


def know(*, jobs: Mapping[str, str], steps: Mapping[str, str]) -> None:
    """Adds the words of another room's jobs and steps. Safe to repeat."""
    JOBS.update(jobs)
    STEPS.update({name: text for name, text in steps.items() if name not in STEPS})


def job(kind: str) -> str:
    """What a job does, as a sentence without a full stop."""
    return JOBS.get(kind) or kind.replace("_", " ").capitalize()


def outcome(word: str) -> str:
    """How a try ended, to follow the name of its step."""
    return OUTCOMES.get(word) or word.replace("_", " ")


def step(name: str) -> str:
    return STEPS.get(name) or name.replace("_", " ").capitalize()


def inside(sentence: str) -> str:
    """The sentence without its capital, to stand inside another one."""
    return sentence[:1].lower() + sentence[1:]
