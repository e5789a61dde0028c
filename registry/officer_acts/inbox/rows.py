"""The rows of an officer's inbox: where each leads, what is done with it, and in which order they stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import NamedTuple

from registry.complaints.casework.queue.assignment import TAKEN_UP
from registry.officer_acts.case_filters import MINE
from registry.vocabulary.cases import CaseState

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
    "entry.decided": "/console/entry",
    "entry": "/console/entries/{reference}",
    "channel": "/console/channels",
    "clone": "/console/clones",
    "list.": "/console/imports",
    "officer.": "/console/officers",
    "unit.": "/console/officers",
    "agency.served": "/console/hearings/{reference}",
    "partner.sent": "/console/referrals/{reference}",
    "paper": "/console/papers",
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
            "hearing.longer", "hearing.objection", "entry.decided", "referral.declined", "referral.silent", "referral.done",
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

OF_SECOND_PERSON = tuple(kind for kind, group in _GROUPS.items() if group == "second")
"""Kinds of rows that wait for a second person."""

_ACTS: Mapping[str, tuple[str, ...]] = {
    "read": ("unread", "hearing.answered", "referral.declined", "referral.done", "licence.refused", "entry.decided"),
    "write": (
        "danger",
        "case.decision_draft",
        "hearing.drafted",
        "hearing.untold",
        "paper",
        "sanction.proposed",
        "case.sanction_pending",
        "unsent",
    ),
    "check": ("hearing.reprisal_check",),
    "send": ("hearing.approved", "referral.to_send"),
    "answer": ("agency.served", "partner.sent", "hearing.longer", "hearing.objection"),
    "translate": ("translation.",),
    "decide": (
        "case.decided",
        "hold",
        "licence.applied",
        *OF_SECOND_PERSON,
    ),
}
"""What is done with a row, by the beginning of its kind; the first that fits."""

_TAKEN = frozenset(f"case.{state}" for state in TAKEN_UP)

NAMELESS = ("officer.", "unsent", "channel", "clone", "licence.proposal", "licence.refused", "law.", "template")
"""Kinds whose reference says nothing to a reader, or is no reference of the registry."""


@dataclass(frozen=True, slots=True)
class Row:
    """One thing that waits. `owner` is an officer's reference, None for anyone who has the right; `due_at` its deadline.

    `agency` is a public reference; that of a case is sealed, and for the page to read. `is_vacant`: no one can use the role
    for it today, or only the one who took the first of two steps, so it waits for those who can give that role.
    """

    kind: str
    reference: str
    about: str | None
    owner: str | None
    since: date | None
    due_at: datetime | None
    priority: str | None
    is_vacant: bool = False
    agency: str | None = None
    country: str | None = None
    language: str | None = None
    is_danger: bool = False

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
    def act(self) -> str:
        """What the officer is to do there, in one word of the catalogue."""
        return next((act for act, kinds in _ACTS.items() if self.kind.startswith(kinds)), "open")

    @property
    def is_named(self) -> bool:
        return not self.kind.startswith(NAMELESS)

    @property
    def is_case(self) -> bool:
        """Whether `reference` is a case's."""
        return self.href.startswith("/console/cases/") and self.kind not in ("unsent", "unsent_stale")

    @property
    def is_free(self) -> bool:
        """Whether it is a case that waits for an officer to take it."""
        return self.owner is None and self.kind in _TAKEN

    def is_late(self, at: datetime) -> bool:
        return self.due_at is not None and self.due_at < at

    def order(self, me: str) -> tuple[object, ...]:
        """Somebody in danger first. Then by day of the deadline, whatever it is, and within one day what is the reader's own."""
        due = self.due_at or _NEVER
        return (
            not self.is_danger and self.priority != "p0",
            due.date(), self.owner != me, due, self.priority or "p9", self.kind, self.reference,
        )  # fmt: skip


_NEVER = datetime.max.replace(tzinfo=UTC)


class Alike(NamedTuple):
    """What rows have in common of which not all are listed; `is_mine`: they lie with the reader."""

    kind: str
    priority: str | None
    is_mine: bool

    @property
    def group(self) -> str:
        return _GROUPS.get(self.kind, "work")

    @property
    def href(self) -> str | None:
        """Where all of them are listed: the queue, if they are cases in one state."""
        state = self.kind.removeprefix("case.")
        if state not in set(CaseState):
            return None
        return f"/console/cases?state={state}&priority={self.priority}" + (f"&assignee={MINE}" if self.is_mine else "")


class Inbox(list[Row]):
    """The rows of an officer. `hidden`: how many more wait that are not listed.

    Of those, a case that waits for two reasons counts for each.
    """

    hidden: Mapping[Alike, int]

    @property
    def number(self) -> int:
        """How many wait, listed or not."""
        return len(self) + sum(self.hidden.values())
