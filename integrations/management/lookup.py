"""Finds what a person names on the command line."""

from integrations.errors import NeedsOperator
from integrations.models import Connection, Flow, Run


def connection_named(text: str) -> Connection:
    """A connection by its name, or by its number. Raises NeedsOperator."""
    found = Connection.objects.filter(name=text).first()
    if found is None and text.isdigit():
        found = Connection.objects.filter(pk=text).first()
    if found is None:
        raise NeedsOperator(
            f"There is no connection {text!r}.",
            reason="unknown_connection",
            hint="`connection list` shows them all.",
        )
    return found


def flow_named(text: str) -> Flow:
    """A flow by its number, or by its kind where there is only one. Raises NeedsOperator."""
    flows = Flow.objects.select_related("source", "target")
    found = list(flows.filter(pk=text) if text.isdigit() else flows.filter(kind=text))
    if len(found) != 1:
        several = f"There are {len(found)} flows of the kind {text!r}."
        raise NeedsOperator(
            several if found else f"There is no flow {text!r}.",
            reason="unknown_flow",
            hint="Name it by its number; `flow list` shows them all.",
        )
    return found[0]


def run_numbered(text: str) -> Run:
    """A run by its number. Raises NeedsOperator."""
    runs = Run.objects.select_related("flow__source", "flow__target")
    found = runs.filter(pk=text).first() if text.isdigit() else None
    if found is None:
        raise NeedsOperator(
            f"There is no run {text!r}.", reason="unknown_run", hint="`flow runs` shows the newest."
        )
    return found
