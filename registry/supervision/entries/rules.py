"""What an agency may ask of its entry, when the authority answers, and when a reply is shown. Pure."""

from datetime import date, timedelta

from registry.core.working_days import working_days_after
from registry.register.agencies import record
from registry.vocabulary.register import BAD_STATUSES
from registry.vocabulary.supervision import EntryRequestKind, EntryRequestState

WORKING_DAYS = 20
"""Time in which an authority decides an agency's request: its own policy (docs/officers/entries.md)."""

AGAIN_AFTER = timedelta(days=30)
"""Time after a refusal before the same may be asked again: a mark that never goes says nothing."""

MAX_CLONE_REPORTS = 5
"""Open reports of one agency at a time."""

_S = EntryRequestState

MOVES = frozenset({(_S.OPEN, _S.ACCEPTED), (_S.OPEN, _S.REFUSED), (_S.OPEN, _S.WITHDRAWN), (_S.ACCEPTED, _S.WITHDRAWN)})
"""All there is. What was accepted is withdrawn only where it is a reply: it is taken down."""


def may_become(kind: EntryRequestKind, source: EntryRequestState, target: EntryRequestState) -> bool:
    if source is _S.ACCEPTED and kind is not EntryRequestKind.REPLY:
        return False
    return (source, target) in MOVES


def due_day(asked_on: date) -> date:
    return working_days_after(asked_on, WORKING_DAYS)


def may_ask_again(refused_on: date | None, today: date) -> bool:
    return refused_on is None or today >= refused_on + AGAIN_AFTER


def is_answerable(agency: record.Agency, day: date) -> bool:
    """Whether the entry, as it may be shown that day, says something that the agency may reply to.

    A sanction, a status that names a wrong and has not ended, or a warning. When the law ends the publicity of these, the reply
    that stood beside them is shown no longer.
    """
    return (
        any(sanction.withheld is None for sanction in agency.sanctions)
        or any(record.holds_on(warning, day) for warning in agency.clone_warnings)
        or any(
            period.status in BAD_STATUSES and period.withheld is None and (period.to is None or day <= period.to)
            for licence in agency.licences
            for period in licence.status_history
        )
    )
