"""Speed, as ratios in one run against a named reference.

    python -m tests.benchmarks            all of them
    python -m tests.benchmarks inbox      one
    python -m tests.benchmarks catalog --scale 0.05    one that knows sizes, at a twentieth of them

A benchmark is a package here with `measure() -> list[Measurement]` in its `__init__`.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """Ours against a reference, both in the same unit; `goal` bounds ours / reference.

    `is_cost` true: less is better and the ratio must stay below the goal; false: more is
    better and it must reach it. Without a goal the ratio is told only.
    """

    name: str
    reference_name: str
    reference: float
    ours: float
    unit: str
    goal: float | None = None
    is_cost: bool = True

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def is_met(self) -> bool:
        if self.goal is None:
            return True
        return self.ratio <= self.goal if self.is_cost else self.ratio >= self.goal
