"""Appends entries to the log. The one row of LogState is locked until the transaction ends, so indexes have no gap.

If we crash before the commit nothing was appended; after it everything was. No database sequence gives the index, for a
rollback would leave a hole.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from registry.core import clock, errors
from registry.core.db.engine import bulk_insert, microseconds
from registry.core.db.reading import is_among
from registry.log import clock_check, tiles, tree
from registry.log.leaf import VERSION, leaf_bytes
from registry.log.models import Entry, LogState


class Draft(NamedTuple):
    """What is to be appended: the key, its type and whole record, and whose history it belongs to."""

    key: str
    type: str
    record: Any
    agency_id: int | None = None
    other_agency_id: int | None = None
    is_first: bool = False


class Appended(NamedTuple):
    """The indexes written, both included, and their common instant."""

    first_index: int
    last_index: int
    at: datetime


IDLE_SECONDS = 20
"""How long one who holds the log may ask the database nothing: a machine that froze would hold up all others."""


def lock_log(session: Session) -> LogState:
    """The log's state, locked until the transaction ends (SQLite locks with BEGIN IMMEDIATE).

    On PostgreSQL a commit then waits until a synchronous standby shows it, too: a reader there reads nothing older than
    what was acknowledged. A holder that asks nothing for IDLE_SECONDS loses the log and all that it wrote.
    """
    query: Select[Any] = select(LogState).with_for_update().execution_options(populate_existing=True)
    if session.get_bind().dialect.name == "postgresql":
        idle = func.set_config("idle_in_transaction_session_timeout", f"{IDLE_SECONDS}s", True)
        query = query.add_columns(func.set_config("synchronous_commit", "remote_apply", True), idle)
    state: LogState = session.execute(query).scalar_one()
    return state


_TURN = 7_305_411_902_553_118
"""Of PostgreSQL's advisory locks, that of the turns of those who publish much."""


def take_turn(session: Session) -> None:
    """Wait for the turn of one who publishes much, such as a whole list, until the transaction ends; before the log is locked.

    Of all who take turns one at most waits for the log or holds it. So an officer who publishes a single entry waits for one
    list, and not behind as many as are imported at once. On SQLite transactions that write take turns anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(_TURN)))


def instant_of_append(state: LogState) -> datetime:
    """Now, but never before the last entry: order is the index, and a clock set back must not contradict it."""
    at = clock.now()
    if state.last_at is not None and at <= state.last_at:
        at = state.last_at + timedelta(microseconds=1)
    return at


def is_empty(session: Session) -> bool:
    """Whether nothing was ever published."""
    return not session.execute(select(LogState)).scalar_one().size


def refuse_mixing(session: Session, *, is_demo: bool) -> None:
    """Refuse to write invented data beside real data, or real data beside invented. Raises ImportRefused.

    Whichever writes first decides what the log is for, and holds its lock until the transaction ends. Once something is
    written that never changes, and nothing is locked.
    """
    state = session.execute(select(LogState)).scalar_one()
    if not state.size:
        state = lock_log(session)
    if state.size and state.is_demo is not is_demo:
        real, demo = "real entries, and demo data", "demo data, and real data"
        raise errors.ImportRefused(
            f"this registry holds {real if is_demo else demo} must never stand beside {'them' if is_demo else 'it'}: "
            "set REGISTRY_HOME (or REGISTRY_DATABASE_URL) to a place of its own"
        )
    if not state.size:
        state.is_demo = is_demo
        session.flush()


def append(session: Session, drafts: Sequence[Draft], *, at: datetime | None = None) -> Appended:
    """Append the drafts as consecutive entries of one instant.

    `at` must come from `instant_of_append` under the same lock.

    Raises LogClosed once the log has its final checkpoint, and ClockWrong where no instant can be relied on.
    """
    state = lock_log(session)
    if state.closed_at is not None:
        raise errors.LogClosed(f"the log was closed on {state.closed_at:%Y-%m-%d}: nothing more can be published here")
    clock_check.require_right_clock(session)
    tiles.catch_up(session, state)
    at = at or instant_of_append(state)
    known = _last_indexes(session, [draft.key for draft in drafts if not draft.is_first])
    first = state.size
    at_text, stored_at = clock.instant_text(at), microseconds(at)
    rows, leaves = [], []
    for index, draft in enumerate(drafts, start=first):
        prev = known.get(draft.key)
        leaf = leaf_bytes(at=at_text, index=index, key=draft.key, prev=prev, record=draft.record, type=draft.type)
        known[draft.key] = index
        leaves.append(leaf)
        rows.append(
            (index, draft.key, prev, draft.type, stored_at, VERSION, leaf, draft.agency_id, draft.other_agency_id)
        )
    bulk_insert(session, Entry, _COLUMNS, rows)
    state.size = first + len(rows)
    tiles.grow(session, state, tree.leaf_hashes(leaves))
    state.last_at = at
    session.flush()
    return Appended(first, state.size - 1, at)


_COLUMNS = ("index", "key", "prev", "type", "at", "v", "leaf", "agency_id", "other_agency_id")


def reserve_status_places(session: Session, count: int) -> int:
    """The first of `count` places in the status lists; a place is never used twice."""
    state = lock_log(session)
    first = state.next_status_place
    state.next_status_place = first + count
    return first


def _last_indexes(session: Session, keys: Iterable[str]) -> dict[str, int]:
    wanted = list(dict.fromkeys(keys))
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 500):
        chunk = wanted[start : start + 500]
        query = select(Entry.key, func.max(Entry.index)).where(is_among(session, Entry.key, chunk)).group_by(Entry.key)
        found.update((key, index) for key, index in session.execute(query))
    return found
