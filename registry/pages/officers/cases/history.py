"""What happened in a case, the latest first: moves, messages, notes, referrals, hearings, decisions, and sanctions that followed.

Days and acts, never a word of what was written; and of what an officer's role does not read, not even that it is there.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.orm import Session

from registry.complaints.casework.queries import CaseView
from registry.officers.rights import Act, Resource
from registry.officers.sessions import AuthenticatedOfficer
from registry.oversight import trail
from registry.vocabulary.cases import Author, CaseRole

MAX_LINES = 200
_MOVED = "case.moved"

_NEEDS: Mapping[str, tuple[Resource, Act]] = {
    "case.noted": (Resource.CASE, Act.WRITE),
    "case.task_added": (Resource.CASE, Act.WRITE),
    "case.task_done": (Resource.CASE, Act.WRITE),
    "case.task_reopened": (Resource.CASE, Act.WRITE),
    "referral": (Resource.REFERRAL, Act.READ),
    "hearing": (Resource.HEARING, Act.READ),
    "decision": (Resource.DECISION, Act.READ),
    "sanction": (Resource.SANCTION, Act.READ),
    "break_glass": (Resource.TRAIL, Act.READ),
    "identity": (Resource.TRAIL, Act.READ),
    "original": (Resource.TRAIL, Act.READ),
}
"""The right that an officer needs to be shown an act, by the act or by what it begins with."""


_TELLING = frozenset(
    {"case.assigned", "case.consent_given", "case.consent_revoked", "case.danger", "case.priority", "case.translated"}
)
"""Acts whose detail says what an officer looks for: to whom, what was agreed to, from where to where."""


class Happened(NamedTuple):
    """`state` is where a move led, None for other acts. `by` is a name, empty where `role`, no officer, did it.

    What one did several times in a row is one line: `times`, with the `details` of acts that have telling ones.
    """

    on_day: date
    act: str
    state: str | None
    by: str
    role: str
    details: tuple[str, ...] = ()
    times: int = 1


def happened(session: Session, me: AuthenticatedOfficer, view: CaseView) -> list[Happened]:
    found = trail.done_in(session, view.case.reference, MAX_LINES)
    done = [_of_line(line, name) for line, name in found if _may_see(me, line.act)]
    written = [
        Happened(message.written_on, "case.written", None, "", CaseRole.COMPLAINANT)
        for box in view.boxes
        for message in reversed(box.messages)
        if message.author is Author.COMPLAINANT
    ]
    # Stable: of one day, what was done stands in its order.
    return _in_lines(sorted([*written, *done], key=lambda one: one.on_day, reverse=True))


def _in_lines(done: Iterable[Happened]) -> list[Happened]:
    joined = []
    for _, alike in groupby(done, key=lambda one: (one.on_day, one.act, one.state, one.by, one.role)):
        same = list(alike)
        # The latest first, as lines are; what was agreed to reads in its order.
        details = tuple(detail for one in reversed(same) for detail in one.details)
        joined.append(same[0]._replace(details=details, times=len(same)))
    return joined


def _may_see(me: AuthenticatedOfficer, act: str) -> bool:
    needs = _NEEDS.get(act) or _NEEDS.get(act.partition(".")[0])
    return needs is None or me.standing.may(*needs)


def _of_line(line: trail.Line, name: str | None) -> Happened:
    is_no_officer = line.actor in (CaseRole.COMPLAINANT, CaseRole.REGISTRY)
    state = line.detail.split(" ")[-1] if line.act == _MOVED else None
    by, role = ("", line.actor) if is_no_officer else (name or line.actor, "")
    details = (line.detail,) if line.act in _TELLING and line.detail else ()
    return Happened(line.on_day, line.act, state, by, role, details)
