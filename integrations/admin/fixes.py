"""Where a cause is fixed: the form of the missing link, filled in as far as the cause tells, or
the run that names what it could not write."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from integrations.engine.models import SyncJob
from integrations.flows.runs.failures import run_behind
from integrations.models import Connection, IdLink, Issue
from integrations.models.link import MAPPINGS

# The word in a cause ("customer:cus_1:unlinked") → (kind of link, side whose id it names)
_GAPS: dict[str, tuple[str, str]] = {
    "customer": (IdLink.Kind.CUSTOMER, "source"),
    "tax": (IdLink.Kind.TAX, "source"),
    "shipping": (IdLink.Kind.SHIPPING, "source"),
    "sku": (IdLink.Kind.VARIANT, "target"),
}
_ENDS = ("unlinked", "ambiguous")


@dataclass(frozen=True, slots=True, kw_only=True)
class Fix:
    label: str
    url: str


def of(job: SyncJob) -> Fix | None:
    """The form that fixes what this job stopped for; None when no link is missing."""
    word, _, rest = job.error_cause.partition(":")
    ref, _, end = rest.rpartition(":")
    if word not in _GAPS or end not in _ENDS or not ref:
        return None
    kind, side = _GAPS[word]
    storefront, erp = (_connection(job, role) for role in ("storefront", "erp"))
    source, target = (storefront, erp) if side == "source" else (erp, storefront)
    given = {"source": source, "target": target, f"{side}_ref": ref}
    filled = urlencode({name: value for name, value in given.items() if value})
    mapping = next(model for model in MAPPINGS if kind == model.KIND)  # type: ignore[attr-defined]
    address = reverse(f"admin:integrations_{mapping._meta.model_name}_add")
    return Fix(label=f"Add the {mapping._meta.verbose_name}", url=f"{address}?{filled}")


def of_issue(issue: Issue, job: SyncJob | None) -> Fix | None:
    """What fixes an open issue; `job` is one that it blocks."""
    if job is not None:
        return of(job)
    run = run_behind(issue)
    if run is None:
        return None
    page = reverse("admin:integrations_run_change", args=[run.pk])
    return Fix(label=f"See what run {run.pk} could not write", url=page)


def _connection(job: SyncJob, role: str) -> int | None:
    found = Connection.objects.filter(resource_id=job.resources.get(role))
    return found.values_list("pk", flat=True).first()
