"""One HTTP call as it is kept: already redacted, already trimmed."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExchangeRecord:
    """`endpoint` is METHOD:/path without query; `error_kind` is empty for a good answer."""

    method: str
    url: str
    endpoint: str
    started_at: datetime
    duration_ms: int
    status: int | None
    error_kind: str
    request_headers: dict[str, str]
    request_body: str
    response_headers: dict[str, str]
    response_body: str
