"""Which lines of the audit trail tell that something sealed was read. Pure."""

ALSO_READ = ("hearing.previewed", "referral.previewed", "referral.identity_considered", "opening.considered")
"""Acts that open what is sealed, and whose names do not end with `read`."""

READ = "read"
OWN_LINES = ("audit.read", "case.trail_read")
"""Reading the audit trail itself: nothing sealed is opened by it."""
UNSAID = ("hearing.answer_kept", "hearing.file_added", "hearing.file_removed", "hearing.file_saved")
"""Acts of the agency that only it may see until it has answered or objected: no case's timeline shows them."""


def is_reading(act: str) -> bool:
    """Whether an act opened something of tier 2 or 3: `case.read`, `case.file_read`, `case.identity_read` and their like."""
    return act in ALSO_READ or (act.endswith(READ) and act not in OWN_LINES)
