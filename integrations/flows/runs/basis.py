"""What a plan rests on besides the records: settings, connections and mappings."""

import hashlib
import json

from integrations.models import Connection, Flow, IdLink

# What says how a flow watches over what it wrote, and when it reads, and changes nothing of what
# it would write.
_BESIDE = frozenset({"hand_edits", "complete_every_h", "most_removals_pct"})


def basis_of(flow: Flow) -> str:
    """Equal as long as a plan of this flow would be made by the same rules. Holds no secret:
    credentials are not part of it."""
    mappings = IdLink.objects.filter(
        kind=IdLink.Kind.WAREHOUSE,
        source__in=[flow.source_id, flow.target_id],
        target__in=[flow.source_id, flow.target_id],
    )
    content = {
        "flow": {name: value for name, value in flow.settings.items() if name not in _BESIDE},
        "source": _told(flow.source),
        "target": _told(flow.target),
        "warehouses": sorted(mappings.values_list("source_id", "source_ref", "target_ref")),
    }
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()


def is_outdated(flow: Flow, basis: str) -> bool:
    """Whether a plan with that basis was made by other rules than those of now."""
    return bool(basis) and basis != basis_of(flow)


def _told(connection: Connection) -> dict[str, object]:
    return {"url": connection.base_url, "settings": connection.settings}
