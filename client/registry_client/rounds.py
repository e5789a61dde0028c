"""Rounds of the monitor, one after another: each goes on where the last one, or a kill, left the state."""

import re
import sqlite3
import time
from collections.abc import Callable

from registry_client.follow import Progress
from registry_client.network import Unreachable
from registry_client.strict import Unreadable

BAD, FAILED = 1, 2
_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def seconds_of(text: str) -> int:
    """Seconds of a time like 30s, 10m, 1h or 1d. Raises Unreadable."""
    found = re.fullmatch(r"([1-9][0-9]{0,5})([smhd])", text)
    if found is None:
        raise Unreadable("--every: a time like 10m, 1h or 1d is expected")
    return int(found[1]) * _SECONDS[found[2]]


def run(one_round: Callable[[], int], seconds: int, say: Progress) -> int:
    """Make a round each so many seconds until one finds something bad, and give its exit code.

    A registry that is away, or answers nonsense, is asked again in the next round. What is wrong in the first round, which may
    be an option or the state, is raised.
    """
    is_first = True
    while True:
        began_at = time.monotonic()
        try:
            code = one_round()
        except (Unreadable, Unreachable, sqlite3.Error) as error:
            if is_first:
                raise
            say(f"this round failed: {error}")
            code = FAILED
        if code == BAD:
            say(
                "something is bad: no further round is made. The state, and the folder of evidence beside it, prove it: keep both"
            )
            return code
        is_first = False
        left = began_at + seconds - time.monotonic()
        say(f"the next round is in {max(0, round(left))} seconds")
        time.sleep(max(0.0, left))
