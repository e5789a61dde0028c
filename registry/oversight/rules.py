"""Which lines of the audit tell that something sealed was read. Pure."""

ALSO_READ = ("hearing.previewed", "referral.previewed", "referral.identity_considered", "opening.considered")
"""Acts that open what is sealed, and whose names do not end with `read`."""

READ = "read"
OWN_LINES = ("audit.read", "case.trail_read")
"""Looking at the audit itself: nothing sealed is opened by it."""
UNSAID = ("hearing.answer_kept", "hearing.file_added", "hearing.file_removed", "hearing.file_saved")
"""What is nobody's but the agency's until it has answered or objected: it stands in no case's timeline."""


def is_reading(act: str) -> bool:
    """Whether an act opened something of tier 2 or 3: `case.read`, `case.file_read`, `case.identity_read` and their like."""
    return act in ALSO_READ or (act.endswith(READ) and act not in OWN_LINES)
