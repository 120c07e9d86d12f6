"""The engine's times in a run: production's, an eighth as long where a test can wait less."""

from dataclasses import dataclass

SCALE = 8
PROMISED_S = 30.0

TIMES = {
    "ENGINE_LEASE_S": "3",
    "ENGINE_HEARTBEAT_S": "0.6",
    "ENGINE_BEAT_S": "0.2",
    "ENGINE_CANARY_S": "0.7",
    "ENGINE_CANARY_STALE_S": "3",
    "ENGINE_BACKOFF_BASE_S": "0.6",
    "ENGINE_BACKOFF_CAP_S": "110",
    "ENGINE_BREAKER_OPEN_S": "2.5",
    "HTTP_CONNECT_TIMEOUT_S": "1",
    "HTTP_READ_TIMEOUT_S": "1.5",
    "SWEEP_S": "8",
    "SWEEP_OVERLAP_S": "10",
    "POLL_UNSETTLED_S": "0.5",
    "Q_POLL_S": "0.05",
    "Q_WORKERS": "2",
    "LOG_LEVEL": "INFO",
    "DEBUG": "true",
}
LEASE_S = float(TIMES["ENGINE_LEASE_S"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long recovery may take: what is promised, and on top what the remote needs."""

    promised_s: float = PROMISED_S
    settle_s: float = 0.0

    @property
    def total_s(self) -> float:
        return self.promised_s + self.settle_s


def words() -> str:
    """The times of this run in one line."""
    names = ("LEASE", "HEARTBEAT", "BEAT", "CANARY", "CANARY_STALE", "BREAKER_OPEN")
    parts = [f"{name.lower().replace('_', ' ')} {TIMES[f'ENGINE_{name}_S']} s" for name in names]
    return f"{', '.join(parts)} (production's through {SCALE})"
