"""Keeps the jobs that stand behind another of their key out of the claims' way.

`behind` on a job is a hint: the claim decides by the older jobs themselves. Wrongly false it
costs a look, wrongly true a delay of one beat. It exists because a claim that has to look
at each of a thousand waiting jobs of one key is slow.
"""

from integrations.engine import sql

# An older job of the key lets the younger wait, unless it is parked and only its latest counts.
BLOCKS = (
    "o.state IN ('queued', 'running', 'waiting', 'parked', 'compensating') "
    "AND NOT (o.state = 'parked' AND o.coalesces)"
)
_HAS_BLOCKER = f"SELECT 1 FROM engine_syncjob AS o WHERE o.key = %s AND o.seq < %s AND {BLOCKS}"
_NEXT = """
    UPDATE engine_syncjob SET behind = FALSE WHERE id = (
        SELECT id FROM engine_syncjob WHERE key = %s AND behind ORDER BY seq LIMIT 1)"""
_HEAL = f"""
    WITH head AS (SELECT key, MIN(seq) AS seq FROM engine_syncjob WHERE behind GROUP BY key)
    UPDATE engine_syncjob SET behind = FALSE WHERE behind AND (key, seq) IN (
        SELECT h.key, h.seq FROM head AS h WHERE NOT EXISTS (
            SELECT 1 FROM engine_syncjob AS o
            WHERE o.key = h.key AND o.seq < h.seq AND {BLOCKS}))"""


def is_behind(key: str, seq: int) -> bool:
    """Whether an older job of the key is open. The caller holds the key's head."""
    return seq > 1 and bool(sql.rows(_HAS_BLOCKER, [key, seq]))


def next_of(key: str) -> sql.Statement:
    """What lets the next job of the key step forward when the one before it has ended."""
    return _NEXT, [key]


def heal() -> int:
    """Lets those step forward whose predecessor ended while they were being started; how many."""
    return sql.write(_HEAL, [])
