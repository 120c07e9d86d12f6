"""`manage.py jobs bulk`: presses for many rows, how far they are, and what they did not take."""

from typing import Any

from django.utils import timezone

from integrations.engine import presses
from integrations.engine.models import Press, PressMember
from integrations.errors import NeedsOperator
from integrations.management.command import Answer, add_verb, command_actor, table

SHOWN = 50
LEFT_OUT = (PressMember.State.FAILED, PressMember.State.SKIPPED)


def add_verbs(choices: Any) -> None:
    """`bulk list|show|cancel` below the verbs of `jobs`."""
    text = "Presses for everything that matched a filter."
    group = choices.add_parser("bulk", help=text, description=text)
    verbs = group.add_subparsers(dest="bulk_verb", required=True)
    add_verb(verbs, "list", list_some, help="List the newest.")
    showing = add_verb(verbs, "show", show, help="Show one, with what it did not take and why.")
    showing.add_argument("id", type=int)
    showing.add_argument(
        "--members", choices=PressMember.State.values, help="Only these (failed and skipped)."
    )
    stopping = add_verb(verbs, "cancel", cancel, help="Stop one; what is pressed stays.")
    stopping.add_argument("id", type=int)
    stopping.add_argument("--reason", required=True, help="Kept with the press.")


def list_some(options: dict[str, Any]) -> Answer:
    found = [row(press) for press in Press.objects.order_by("-id")[:SHOWN]]
    cells = [
        [one["id"], one["verb"], one["state"], _progress(one), one["actor"], one["matched"]]
        for one in found
    ]
    lines = table(["ID", "VERB", "STATE", "PRESSED", "BY", "WHAT MATCHED"], cells)
    return Answer(rows=found, lines=lines if found else ["There is no bulk press."])


def show(options: dict[str, Any]) -> Answer:
    press = _press(options["id"])
    states = [options["members"]] if options["members"] else LEFT_OUT
    members = press.members.filter(state__in=states).order_by("row_id")[:SHOWN]
    found = row(press)
    found["members"] = [
        {"row": member.row_id, "state": member.state, "why": member.message} for member in members
    ]
    return Answer(rows=found, lines=_told(press, found))


def cancel(options: dict[str, Any]) -> Answer:
    press = _press(options["id"])
    press = presses.stop_press(press, actor=command_actor(), reason=options["reason"])
    said = f"Bulk press {press.pk} is stopped; {press.left} of {press.total} are as they were."
    return Answer(rows=row(press), lines=[said])


def row(press: Press) -> dict[str, Any]:
    return {
        "id": press.pk,
        "verb": press.verb,
        "options": press.options,
        "matched": press.matched,
        "reason": press.reason,
        "actor": press.actor,
        "state": press.state,
        "total": press.total,
        "done": press.done,
        "skipped": press.skipped,
        "failed": press.failed,
        "job": press.job_id,
    }


def _progress(found: dict[str, Any]) -> str:
    return f"{found['done'] + found['skipped'] + found['failed']} of {found['total']}"


def _told(press: Press, found: dict[str, Any]) -> list[str]:
    left = press.time_left(timezone.now())
    about = f", about {int(left.total_seconds())} s left" if left else ""
    lines = [
        f"Bulk press {press.pk}  {press.verb}  {press.state}  by {press.actor}: {press.reason}",
        f"What matched: {press.matched}",
        f"Pressed {_progress(found)} ({press.percent} %{about}): {press.done} done, "
        f"{press.skipped} skipped, {press.failed} failed.",
    ]
    return lines + [f"  {one['row']} {one['state']}: {one['why']}" for one in found["members"]]


def _press(press_id: int) -> Press:
    press = Press.objects.filter(pk=press_id).first()
    if press is None:
        raise NeedsOperator(
            f"There is no bulk press {press_id}.",
            reason="unknown_press",
            hint="`jobs bulk list` shows them.",
        )
    return press
