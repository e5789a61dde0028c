"""Reads the inbox of an officer: one statement over all that may ask for that officer's hand, however much there is."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, Select, literal, select, union_all
from sqlalchemy.orm import Session
from sqlalchemy.sql.selectable import CompoundSelect

from registry.complaints.case.states import REOPENING
from registry.complaints.casework.queue.assignment import TAKEN_UP
from registry.complaints.parties.referrals.rules import ANSWER_WITHIN
from registry.core.clock import day_at
from registry.core.working_days import working_days_after
from registry.officer_acts.inbox.branches import MAX_ROWS, Source
from registry.officer_acts.inbox.case_sources import CASE_SOURCES
from registry.officer_acts.inbox.other_sources import LAW_SOURCES, OTHER_SOURCES, countries_out_of_date, deposits_short
from registry.officers.absence import roles_held_in
from registry.officers.rights import Act, Resource, Role
from registry.officers.sessions import AuthenticatedOfficer

SOURCES: tuple[Source, ...] = (*CASE_SOURCES, *OTHER_SOURCES, *LAW_SOURCES)

SOON = timedelta(days=2)
"""Before its day a task or an end of access is shown."""

_LINKS: Mapping[str, str] = {
    "hearing.reprisal_check": "/console/cases/{reference}/hearings/{about}/check",
    "hearing.approved": "/console/cases/{reference}/hearings/{about}/serve",
    "hearing.": "/console/cases/{reference}/hearings/{about}",
    "referral.": "/console/cases/{reference}/referrals/{about}",
    "transfer.asked": "/console/transfers/{about}",
    "transfer.": "/console/cases/{reference}/transfers",
    "decision.": "/console/cases/{reference}/decision",
    "translation.": "/console/cases/{reference}/translation",
    "grant.asked": "/console/openings",
    "grant.granted": "/console/cases/{reference}/openings/{about}",
    "identity": "/console/identities",
    "task": "/console/cases/{reference}/notes",
    "event": "/console/cases/{reference}/events",
    "case.sanction_pending": "/console/cases/{reference}/decision",
    "case.decided": "/console/cases/{reference}/decision",
    "sanction.": "/console/sanctions/{reference}",
    "licence.proposal": "/console/licences/proposals/{reference}",
    "licence.refused": "/console/licences/proposals/{reference}",
    "licence.applied": "/console/licences?q={reference}",
    "deposit.short": "/console/licences/agencies/{reference}/deposit",
    "deposit": "/console/licences/agencies/{reference}/deposit",
    "entry": "/console/entries/{reference}",
    "channel": "/console/channels",
    "clone": "/console/clones",
    "list.": "/console/imports",
    "officer.": "/console/officers",
    "unit.": "/console/officers",
    "agency.served": "/console/hearings/{reference}",
    "partner.sent": "/console/referrals/{reference}",
    "law.": "/console/law",
    "template": "/console/templates",
    "unsent": "{reference}",
    "": "/console/cases/{reference}",
}
"""Where a row leads, by the beginning of its kind; the first that fits."""

_GROUPS: Mapping[str, str] = {
    **dict.fromkeys(
        (
            "unread", "unread_file", "unread_answers", "unread_consent", "unread_withdrawal", "unread_report",
            "unread_transfer", "unread_late", "danger", "danger_withdrawn", "hearing.answered", "hearing.lapsed",
            "hearing.longer", "hearing.objection", "referral.declined", "referral.silent", "referral.done",
            "transfer.late", "transfer.declined", "grant.granted", "case.submitted", "case.reopened",
        ),
        "new",
    ),
    **dict.fromkeys(
        (
            "hearing.reprisal_check", "referral.override", "decision.drafted", "lowering", "grant.asked", "identity",
            "transfer.asked", "sanction.legal_review", "sanction.ending", "licence.proposal", "deposit", "entry", "channel",
            "clone", "list.held", "officer.change", "law.proposed", "law.withdrawal", "template",
        ),
        "second",
    ),
}  # fmt: skip

NAMELESS = ("officer.", "unsent", "channel", "clone", "licence.proposal", "list.", "law.", "template")
"""Kinds whose reference says nothing to a reader, or is no reference of the registry."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits. `owner` is an officer's reference, None for anyone who has the right; `due_at` its deadline.

    `is_vacant`: no one in the unit has the role for it, so it waits for those who can give that role.
    """

    kind: str
    reference: str
    about: str | None
    owner: str | None
    since: date | None
    due_at: datetime | None
    priority: str | None
    is_vacant: bool = False

    @property
    def href(self) -> str:
        if self.is_vacant:
            return "/console/officers"
        link = next(link for beginning, link in _LINKS.items() if self.kind.startswith(beginning))
        return link.format(reference=self.reference, about=self.about)

    @property
    def group(self) -> str:
        """What it is filtered by: messages and answers are `new`, what only a second person can do is `second`."""
        return _GROUPS.get(self.kind, "work")

    @property
    def is_named(self) -> bool:
        return not self.kind.startswith(NAMELESS)

    @property
    def is_free(self) -> bool:
        """Whether it is a case that waits for an officer to take it."""
        return self.owner is None and self.kind in _TAKEN

    def is_late(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at < at

    def order(self, at: datetime) -> tuple[object, ...]:
        """By priority, overdue first within one, then by deadline; what has none comes last."""
        due, is_message = self.due_at or datetime.max.replace(tzinfo=UTC), self.kind.startswith("unread")
        is_danger = self.kind.startswith("danger")
        return (
            self.priority or "p9", not is_danger, not self.is_late(at), due, not is_message, self.kind, self.reference,
        )  # fmt: skip


class Inbox(list[Row]):
    """The rows of an officer; `is_cut` where more of some reason wait than are listed."""

    is_cut = False


def inbox(session: Session, me: AuthenticatedOfficer, at: datetime) -> Inbox:
    """All that waits for the officer, the most urgent first: at most MAX_ROWS of each reason.

    What no one in the unit has the role for waits for its supervisors, and without those for its administrators.
    One statement for what waits. For those who give roles another reads the roles of the unit, for operators one the law in
    force, and for officers of deposits a few read the ledgers that were drawn on.
    """
    today = day_at(at, None)
    values = {
        "me": me.officer.reference,
        "unit": me.standing.unit,
        "authority": me.standing.authority,
        "today": today,
        "soon": today + SOON,
        "long_ago": today - ANSWER_WITHIN,
        "reopenable": today - REOPENING,
        "at": at,
        "conflicts": sorted(me.conflicts) or [""],
    }
    roles = me.standing.roles
    vacant = _vacant(session, me) if roles & _GIVE_ROLES else frozenset()
    given = session.execute(_statement(roles, vacant), values).all()
    of_source = Counter(row.source for row in given)
    found = {_row(row): None for row in given}
    if me.standing.may(Resource.LAW, Act.PROPOSE):
        found |= {
            Row("law.out_of_date", country, None, None, since, None, None): None
            for country, since in countries_out_of_date(session, today)
        }
    if me.standing.may(Resource.DEPOSIT, Act.PROPOSE):
        found |= {
            Row("deposit.short", agency, None, None, None, _end_of(by) if by else None, None): None
            for agency, by in deposits_short(session, me.standing.authority, at)
            if agency not in me.conflicts
        }
    specific = {row.reference for row in found if not row.kind.startswith(("case.", "translation."))}
    shown_rows = [row for row in found if not (row.kind in _WORK and row.reference in specific)]
    listed = Inbox(sorted(shown_rows, key=lambda row: row.order(at)))
    listed.is_cut = any(number >= MAX_ROWS for number in of_source.values())
    return listed


_TAKEN = frozenset(f"case.{state}" for state in TAKEN_UP)
_WORK = frozenset({"case.submitted", "case.investigating", "case.in_triage"})
"""That an officer works on a case says nothing where something in it asks for the officer's hand."""


_ASKED_OF_PARTNERS = frozenset({"partner.sent", "referral.silent"})
"""What a partner is to answer within some days, and before its access ends."""


_WITHIN: Mapping[str, int] = {
    **dict.fromkeys((kind for kind, group in _GROUPS.items() if group == "second"), 2),
    "hearing.approved": 2, "referral.to_send": 2, "licence.refused": 10, "licence.applied": 20,
    "translation.letter": 3, "translation.decision": 3, "translation.hearing": 3, "translation.outcome": 3,
}  # fmt: skip
"""Working days, of our own choice, within which a row without a deadline is acted on: it would else never be late."""

_GIVE_ROLES = frozenset({Role.SUPERVISOR, Role.SYSADMIN})


def _vacant(session: Session, me: AuthenticatedOfficer) -> frozenset[int]:
    """The sources of cases that no one in the unit sees, for an officer who can give somebody the role."""
    held = frozenset(session.scalars(roles_held_in(me.standing.unit)))
    if Role.SUPERVISOR not in me.standing.roles and Role.SUPERVISOR in held:
        return frozenset()
    return frozenset(number for number, one in enumerate(CASE_SOURCES) if not one.is_of(held))


@lru_cache(maxsize=128)
def _statement(roles: frozenset[Role], vacant: frozenset[int]) -> Select[Any] | CompoundSelect[Any]:
    """The statement for officers of these roles, who see `vacant` sources of cases too: built once, for it is long."""
    own = dict.fromkeys(one.query for one in SOURCES if one.is_of(roles))
    others = dict.fromkeys(CASE_SOURCES[number].query for number in sorted(vacant))
    queries = [(query, 0) for query in own] + [(query, 1) for query in others if query not in own]
    parts = [(query().limit(MAX_ROWS).subquery(), is_vacant) for query, is_vacant in queries]
    return union_all(
        *(
            select(part, literal(n, Integer).label("source"), literal(is_vacant, Integer).label("is_vacant"))
            for n, (part, is_vacant) in enumerate(parts)
        )
    )


def _row(row: Any) -> Row:
    since = row.since_on or (day_at(row.since_at, None) if row.since_at is not None else None)
    last = row.due_on
    if row.kind in _ASKED_OF_PARTNERS and since is not None:
        last = min(last, since + ANSWER_WITHIN)
    due = row.due_at if last is None else _end_of(last)
    if since is not None and row.kind in _WITHIN:
        # A case's own deadline is months away: what waits for a second person would never be late.
        soon = _end_of(working_days_after(since, _WITHIN[row.kind]))
        due = soon if due is None else min(due, soon)
    return Row(row.kind, row.reference, row.about, row.owner, since, due, row.priority, bool(row.is_vacant))


def _end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), UTC)


def of_case(rows: Sequence[Row], reference: str) -> list[Row]:
    """Those of one case."""
    return [row for row in rows if row.reference == reference]
