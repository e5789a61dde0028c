"""When a complaint is quarantined as part of a mass filing; its sender still sees "received". Pure.

Only complaints that are not urgent, and only for their number: many that say nearly the same, or more in a day than
officers can read. What one complaint says never quarantines it, and an officer can release it.
"""

from registry.vocabulary.cases import Priority

NEAR_DUPLICATES = 5
"""So many before it in a week say nearly the same: workers of one workshop may, hardly six of them in the same words."""

DUPLICATES_WITHIN_DAYS = 7

NEAR_BANDS = 8
"""Of 16 bands so many must meet (similarity.py): texts that share nine tenths do, those that share a half do not."""

A_DAY = 300
"""Complaints that are not urgent and that one unit takes on one day; the rest waits aside."""

NOT_URGENT = frozenset({Priority.P3, Priority.P4})


def is_flood(priority: Priority, near_duplicates: int, filed_today: int) -> bool:
    """`near_duplicates` and `filed_today` are those before this one; `filed_today` in its unit and not urgent either."""
    return priority in NOT_URGENT and (near_duplicates >= NEAR_DUPLICATES or filed_today >= A_DAY)
