"""How one try of a step ended."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from integrations.engine.models import Attempt


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """How a try ended. `outcome` is empty when it raised `error`.

    `may_have_sent` tells whether `do` was reached. `settles_at` is set for UNSETTLED.
    """

    outcome: str = ""
    output: dict[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    may_have_sent: bool = False
    settles_at: datetime | None = None
    duration_ms: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """A try that is written down as begun, and what state its step was in before."""

    attempt: Attempt
    was: str
