"""Whether something is allowed, decided from records alone: no database, no remote, no clock."""

from integrations.checks.goods import may_have
from integrations.checks.rules import (
    BuyRequest,
    Code,
    Policy,
    Reason,
    Unjudged,
    Verdict,
    may_buy,
)

__all__ = ["BuyRequest", "Code", "Policy", "Reason", "Unjudged", "Verdict", "may_buy", "may_have"]
