"""Reads the inbox of an officer: one statement over all that may ask for that officer's hand, however much there is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, String, Subquery, func, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import CompoundSelect

from registry.complaints.case import models, states
from registry.complaints.parties.referrals.rules import ANSWER_WITHIN
from registry.core.clock import day_at
from registry.core.working_days import end_of_day, working_days_after
from registry.officer_acts.inbox import case_sources, other_sources
from registry.officer_acts.inbox.branches import MAX_ROWS, MAX_ROWS_OF_PART, ME, Source
from registry.officer_acts.inbox.party_sources import PARTY_SOURCES
from registry.officer_acts.inbox.rows import OF_SECOND_PERSON, Alike, Inbox, Row
from registry.officers.absence import roles_usable_in
from registry.officers.models import Unit
from registry.officers.rights import RIGHTS, Act, Reach, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer

_GIVEN_SOURCES = (*case_sources.CASE_SOURCES, *PARTY_SOURCES, *other_sources.DESK_SOURCES, *other_sources.LAW_SOURCES)
"""What waits for a role, and where no one has it for those who give it."""
SOURCES: tuple[Source, ...] = (*_GIVEN_SOURCES, *other_sources.OWN_SOURCES)

SOON = timedelta(days=2)
"""Before its day a task or an end of access is shown."""

HOLD_REVIEW = timedelta(days=180)
"""For so long a note of a case says why a legal hold keeps it still."""


def inbox(session: Session, me: AuthenticatedOfficer, at: datetime) -> Inbox:
    """All that waits for the officer, by deadline: at most MAX_ROWS of each part of a source.

    What no one in the unit has the role for waits for its supervisors, and without those for its administrators.
    One statement for what waits, and where not all is listed one that counts it. For those who give roles another reads
    the roles of the unit, for operators one the law in force, and for officers of deposits a few read the ledgers that were
    drawn on.
    """
    today, values = me.day(at), values_for(me, at)
    seen = _seen(session, me, today)
    given = session.execute(_statement(seen), values).all()
    zone = me.standing.time_zone
    found = {_row(row, zone): None for row in given}
    if me.standing.may(Resource.LAW, Act.PROPOSE):
        found |= {
            Row("law.out_of_date", country, None, None, since, None, None): None
            for country, since in other_sources.countries_out_of_date(session, today)
        }
    keeps_deposits = me.standing.may(Resource.DEPOSIT, Act.PROPOSE)
    if keeps_deposits or seen.is_told_of_deposits:
        short = other_sources.deposits_short(session, me.standing.authority, at)
        found |= {
            Row(
                "deposit.short", agency, None, None, None, end_of_day(by, zone) if by else None, None,
                is_vacant=not keeps_deposits, agency=agency,
            ): None
            for agency, by in short
            if agency not in me.conflicts
        }  # fmt: skip
    specific = {row.reference for row in found if not row.kind.startswith(("case.", "translation."))}
    shown_rows = [row for row in found if not (row.kind in _WORK and row.reference in specific)]
    listed = Inbox(sorted(shown_rows, key=lambda row: row.order(me.officer.reference)))
    listed.hidden = _hidden(session, seen, values, given)
    return listed


def values_for(me: AuthenticatedOfficer, at: datetime) -> dict[str, Any]:
    """What the statements of the sources are asked with."""
    today = me.day(at)
    return {
        "me": me.officer.reference,
        "unit": me.standing.unit,
        "authority": me.standing.authority,
        "today": today,
        "soon": today + SOON,
        "long_ago": today - ANSWER_WITHIN,
        "reopenable": today - states.REOPENING,
        "reviewed": today - HOLD_REVIEW,
        "at": at,
        "conflicts": sorted(me.conflicts) or [""],
    }


def _hidden(session: Session, seen: "_Seen", values: Mapping[str, Any], given: Sequence[Any]) -> dict[Alike, int]:
    """How many more there are than the sources gave."""
    parts = _parts(seen)
    cut = frozenset(
        (parts[part].source, parts[part].is_vacant)
        for part, number in Counter(row.part for row in given).items()
        if number >= parts[part].max_rows
    )
    if not cut:
        return {}
    me = values["me"]
    listed = Counter(
        Alike(row.kind, row.priority, row.owner == me)
        for row in given
        if (parts[row.part].source, parts[row.part].is_vacant) in cut
    )
    counted: Counter[Alike] = Counter()
    for kind, priority, owner, number in session.execute(_counting(seen, cut), values):
        counted[Alike(kind, priority, owner == me)] += number
    return dict(sorted((counted - listed).items(), key=lambda one: (one[0].priority or "p9", one[0].kind)))


_WORK = frozenset({"case.submitted", "case.investigating", "case.in_triage"})
"""That an officer works on a case says nothing where something in it asks for the officer's hand."""


_ASKED_OF_PARTNERS = frozenset({"partner.sent", "referral.silent"})
"""What a partner is to answer within some days, and before its access ends."""


_WITHIN: Mapping[str, int] = {
    **dict.fromkeys(OF_SECOND_PERSON, 2),
    "hearing.approved": 2, "referral.to_send": 2, "licence.refused": 10, "licence.applied": 20,
    "hearing.answered": 5, "hearing.lapsed": 5, "hearing.objection": 5, "referral.declined": 2, "referral.done": 5,
    "transfer.declined": 2, "translation.case": 3, "hearing.drafted": 5, "hearing.untold": 5, "sanction.proposed": 5,
    "paper": 5, "hold": 20, "case.decided": 10, "case.sanction_pending": 10, "case.ready_to_close": 10,
    "translation.letter": 3, "translation.decision": 3, "translation.hearing": 3, "translation.outcome": 3,
}  # fmt: skip
"""Working days, of our own choice, within which a row without a deadline is acted on: it would else never be late."""

_GIVE_ROLES = frozenset({Role.SUPERVISOR, Role.SYSADMIN})


class _Seen(NamedTuple):
    """What an officer sees: by `roles`; and the `vacant` sources, by their places, which no one sees for want of a role."""

    roles: frozenset[Role]
    gives_roles: bool = False
    vacant: frozenset[int] = frozenset()
    is_told: bool = False
    """Whether the officer is told of the vacant sources: supervisors are, and where none is there today administrators."""
    is_told_of_deposits: bool = False


def _seen(session: Session, me: AuthenticatedOfficer, today: date) -> _Seen:
    roles, unit = me.standing.roles, me.standing.unit
    if not roles & _GIVE_ROLES:
        return _Seen(roles)
    beside = select(Unit.reference).where(Unit.authority == me.standing.authority, Unit.closed_on.is_(None))
    usable = session.execute(roles_usable_in(beside.union(select(literal(unit, String))), today)).all()
    in_unit = frozenset(role for where, role in usable if where == unit)
    by_reach = {Reach.UNIT: in_unit, Reach.AUTHORITY: frozenset(role for _, role in usable)}
    vacant = frozenset(n for n, one in enumerate(_GIVEN_SOURCES) if not one.roles & by_reach.get(one.reach, one.roles))
    is_told = Role.SUPERVISOR in roles or Role.SUPERVISOR not in in_unit
    lacks_keeper = not RIGHTS[Resource.DEPOSIT, Act.PROPOSE] & by_reach[Reach.AUTHORITY]
    return _Seen(roles, True, vacant, is_told, is_told and lacks_keeper)


class _Part(NamedTuple):
    """A part of a source, each by its place: the source among all sources, `place` among its parts, None for all of it."""

    source: int
    place: int | None
    is_vacant: bool
    is_alone: bool = False
    """Whether only that is meant which no one else can end."""

    @property
    def is_divided(self) -> bool:
        return len(SOURCES[self.source].parts) > 1

    @property
    def max_rows(self) -> int:
        return MAX_ROWS_OF_PART if self.is_divided else MAX_ROWS

    def whose(self) -> tuple[ColumnElement[bool], ...]:
        """What is asked of the rows beside what makes the part."""
        one = SOURCES[self.source]
        if self.is_alone:
            return (one.alone(one.query()),)
        return () if self.is_vacant or one.not_by is None else (one.not_by != ME,)


@lru_cache(maxsize=128)
def _parts(seen: _Seen) -> list[_Part]:
    """What an officer sees of each source: what others began, where a second person is asked for. And, for one who gives
    roles, what no one else can end."""
    own = {one.query: n for n, one in reversed(list(enumerate(SOURCES))) if one.is_of(seen.roles)}
    found = []
    for n, one in enumerate(SOURCES):
        if own.get(one.query) == n:
            found += [_Part(n, place, False) for place in range(len(one.parts))]
        elif seen.is_told and n in seen.vacant and one.query not in own:
            found += [_Part(n, place, True) for place in range(len(one.parts))]
        gives_it = seen.gives_roles and (one.reach is not Reach.ALL or one.is_of(seen.roles))
        if gives_it and one.not_by is not None and n not in seen.vacant:
            found.append(_Part(n, None, True, is_alone=True))
    return found


@lru_cache(maxsize=128)
def _statement(seen: _Seen) -> CompoundSelect[Any]:
    """The statement for officers who see this: built once, for it is long."""
    return union_all(
        *(
            select(
                _first_rows(one),
                literal(n, Integer).label("part"),
                literal(int(one.is_vacant), Integer).label("is_vacant"),
            )
            for n, one in enumerate(_parts(seen))
        )
    )


@cache
def _first_rows(part: _Part) -> Subquery:
    """The most urgent of what is found, and the one due first of those: built once for all officers who see the part."""
    source = SOURCES[part.source]
    conditions = () if part.place is None else source.parts[part.place]
    query = source.query().where(*conditions, *part.whose())
    given = query.selected_columns
    if part.is_divided:
        return query.order_by(models.Case.due_at, models.Case.id).limit(part.max_rows).subquery()
    due = (given.due_at, given.due_on, given.since_on, given.since_at, given.reference)
    return query.order_by(given.priority, *due).limit(part.max_rows).subquery()


@lru_cache(maxsize=128)
def _counting(seen: _Seen, cut: frozenset[tuple[int, bool]]) -> CompoundSelect[Any]:
    """How many of each kind and priority those sources have of which not all were given."""
    whole = {(one.source, one.is_vacant): one for one in _parts(seen)}
    found = [SOURCES[n].query().where(*whole[n, is_vacant].whose()).subquery() for n, is_vacant in sorted(cut)]
    return union_all(
        *(
            select(part.c.kind, part.c.priority, part.c.owner, func.count()).group_by(
                part.c.kind, part.c.priority, part.c.owner
            )
            for part in found
        )
    )


def _row(row: Any, zone: str | None) -> Row:
    since = row.since_on or (day_at(row.since_at, zone) if row.since_at is not None else None)
    last = row.due_on
    if row.kind in _ASKED_OF_PARTNERS and since is not None:
        last = min(last, since + ANSWER_WITHIN)
    due = row.due_at if last is None else end_of_day(last, zone)
    if since is not None and row.kind in _WITHIN:
        # A case's own deadline is months away: what waits for a second person would never be late.
        soon = end_of_day(working_days_after(since, _WITHIN[row.kind]), zone)
        due = soon if due is None else min(due, soon)
    return Row(
        row.kind, row.reference, row.about, row.owner, since, due, row.priority, bool(row.is_vacant),
        row.agency, row.country, row.language, row.danger_at is not None,
    )  # fmt: skip
