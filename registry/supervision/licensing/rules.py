"""What officers may do to a licence: one table for every page and endpoint. Pure.

`ACTS` is all there is. Two persons are needed for whatever gives a right or takes one away against the holder's will.
One is enough where no right comes of it: an application is entered (it answers `no` before and after), or the holder
gives something up (a surrender, an agreement or intermediary that has ended). docs/officers/licensing.md prints the
table.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

from registry.core.faults import Message, message
from registry.register.agencies import record
from registry.vocabulary.record import TERMS
from registry.vocabulary.register import STATUSES, Answer, LicenceStatus, SanctionKind
from registry.vocabulary.supervision import LicenceAct

BACK = timedelta(days=90)
"""How far back an act may take effect; for earlier days there is the correction."""
AHEAD = timedelta(days=366)
"""How far ahead."""


class About(StrEnum):
    """What an act is about: an applicant, one licence, or an agency that has or had one."""

    APPLICANT = "applicant"
    LICENCE = "licence"
    AGENCY = "agency"


class ActRule(NamedTuple):
    """The rule of one act: from which statuses of the day it takes effect to which (none: the status stays), what must
    and may be stated beside ground and day, whether a second person has to approve, and how the event is called."""

    about: About
    sources: frozenset[LicenceStatus]
    targets: tuple[LicenceStatus, ...]
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    has_second: bool
    event: str


_S = LicenceStatus
_ANY = frozenset(LicenceStatus)
_RECRUITING = frozenset(status for status, rule in STATUSES.items() if rule.recruit is Answer.YES)
_LIVING = _RECRUITING | {_S.SUSPENDED, _S.WINDING_DOWN, _S.REVOCATION_PENDING_APPEAL, _S.DELISTED, _S.EXPIRED}
_NONE: frozenset[LicenceStatus] = frozenset()

_HOLDER = ("agency_id", "name", "holder_kind", "place", "scheme", "identifier", "phone", "email", "website")
_WORDS = ("ground_text",)
_NAMING_A_WRONG = ("ground_text", "publish_until")


def _on_licence(
    sources: frozenset[LicenceStatus],
    targets: tuple[LicenceStatus, ...],
    event: str,
    *,
    needs: tuple[str, ...] = (),
    accepts: tuple[str, ...] = (),
    has_second: bool = True,
) -> ActRule:
    return ActRule(About.LICENCE, sources, targets, needs, accepts, has_second, f"licence.{event}")


ACTS: Mapping[LicenceAct, ActRule] = {
    LicenceAct.APPLY: ActRule(
        About.APPLICANT, _NONE, (_S.APPLIED,), ("kind",), (*_HOLDER, *TERMS), False, "licence.applied"
    ),
    LicenceAct.ISSUE: _on_licence(
        frozenset({_S.APPLIED}), (_S.ACTIVE, _S.PROVISIONAL, _S.ACTIVE_WITH_CONDITIONS), "issued",
        needs=("number",), accepts=("status", *TERMS),
    ),
    LicenceAct.REFUSE_APPLICATION: _on_licence(
        frozenset({_S.APPLIED}), (_S.REFUSED,), "refused", accepts=_NAMING_A_WRONG
    ),
    LicenceAct.AMEND: _on_licence(_LIVING, (), "amended", accepts=TERMS),
    LicenceAct.RENEW: _on_licence(
        _RECRUITING | {_S.EXPIRED}, (_S.ACTIVE, _S.ACTIVE_WITH_CONDITIONS, _S.RENEWAL_PENDING_DEEMED_VALID), "renewed",
        needs=("valid_to",), accepts=("status",),
    ),
    LicenceAct.SUSPEND: _on_licence(
        _RECRUITING | {_S.REVOCATION_PENDING_APPEAL}, (_S.SUSPENDED,), "suspended", accepts=("to_on", *_NAMING_A_WRONG)
    ),
    LicenceAct.REINSTATE: _on_licence(
        frozenset({_S.SUSPENDED, _S.WINDING_DOWN, _S.DELISTED, _S.REVOCATION_PENDING_APPEAL}),
        (_S.ACTIVE, _S.ACTIVE_WITH_CONDITIONS, _S.UNDER_SURVEILLANCE, _S.PROVISIONAL), "reinstated",
        accepts=("status", *_WORDS),
    ),
    LicenceAct.REVOKE: _on_licence(
        _LIVING, (_S.REVOKED, _S.REVOKED_IMMEDIATE, _S.RENEWAL_REFUSED), "revoked", accepts=("status", *_NAMING_A_WRONG)
    ),
    LicenceAct.WIND_DOWN: _on_licence(
        _LIVING, (_S.WINDING_DOWN,), "winding_down", needs=("until",), accepts=_WORDS
    ),
    LicenceAct.SURRENDER: _on_licence(_LIVING, (_S.SURRENDERED,), "surrendered", has_second=False),
    LicenceAct.CORRECT: _on_licence(
        _ANY, tuple(LicenceStatus), "corrected", needs=("status",), accepts=("to_on", "until", *_NAMING_A_WRONG)
    ),
    LicenceAct.REGISTER_AGREEMENT: ActRule(
        About.AGENCY, _NONE, (), ("destination",),
        ("number", "receiving", "employer_name", "employer_country", "employer_identifier", "sectors", "to_on"),
        True, "agreement.registered",
    ),
    LicenceAct.END_AGREEMENT: ActRule(About.AGENCY, _NONE, (), ("agreement_id",), (), False, "agreement.ended"),
    LicenceAct.REGISTER_INTERMEDIARY: ActRule(
        About.AGENCY, _NONE, (), ("name",), ("number", "place", "to_on"), True, "agency.intermediary_registered"
    ),
    LicenceAct.END_INTERMEDIARY: ActRule(
        About.AGENCY, _NONE, (), ("name",), ("number",), False, "agency.intermediary_ended"
    ),
}  # fmt: skip

AGREEMENTS = frozenset({LicenceAct.REGISTER_AGREEMENT, LicenceAct.END_AGREEMENT})
"""Acts that are a right over agreements and not over licences."""

AT_ONCE = frozenset({LicenceAct.APPLY, LicenceAct.AMEND})
"""Acts that hold from the day they are published: terms have no day of their own in the record."""

_BARRING = frozenset({SanctionKind.SUSPENSION, SanctionKind.REVOCATION, SanctionKind.REVOCATION_IMMEDIATE})


@dataclass(frozen=True, slots=True, kw_only=True)
class LicenceActFacts:
    """The facts by which an act is judged. `status`: the licence's on its first day, None if none is stated."""

    act: LicenceAct
    today: date
    effective_on: date
    status: LicenceStatus | None = None
    is_barred: bool = False


def lacking(facts: LicenceActFacts) -> str | None:
    """Why the act may not be done, as a code; None when it may."""
    rule = ACTS[facts.act]
    if facts.act in AT_ONCE and facts.effective_on > facts.today:
        return "holds_at_once"
    if facts.act is not LicenceAct.CORRECT and facts.effective_on < facts.today - BACK:
        return "too_far_back"
    if facts.effective_on > facts.today + AHEAD:
        return "too_far_ahead"
    if facts.act is LicenceAct.CORRECT and facts.effective_on > facts.today:
        return "not_yet_wrong"
    if rule.about is not About.LICENCE or facts.act is LicenceAct.CORRECT:
        return None
    if facts.status not in rule.sources:
        return "not_from_this_status"
    if facts.act in (LicenceAct.REINSTATE, LicenceAct.RENEW) and facts.is_barred:
        return "sanction_in_force"
    return None


IMPOSSIBLE: Mapping[str, str] = {
    "not_from_this_status": "the licence does not have a status on that day from which this is possible",
    "sanction_in_force": "a sanction that bars this licence is in force: it has to be lifted first",
}
"""Why an act is refused whatever its day, in English; pages have their own words by the code."""

UNFIT: Mapping[str, Message] = {
    "holds_at_once": message("holds_at_once"),
    "too_far_back": message("too_far_back", days=BACK.days),
    "too_far_ahead": message("too_far_ahead", days=AHEAD.days),
    "not_yet_wrong": message("not_yet_wrong"),
}
"""Why an act may not take effect on the day that was given."""


def possible(status: LicenceStatus | None) -> list[LicenceAct]:
    """The acts that a licence of this status allows, in the order of the table."""
    return [act for act, rule in ACTS.items() if rule.about is About.LICENCE and _fits(act, rule, status)]


def _fits(act: LicenceAct, rule: ActRule, status: LicenceStatus | None) -> bool:
    return act is LicenceAct.CORRECT or status in rule.sources


def is_barred(agency: record.Agency, licence_id: str, day: date) -> bool:
    """Whether a published sanction takes this licence away on a day; licensing officers cannot override that."""
    return any(
        one.kind in _BARRING
        and one.licence_id == licence_id
        and not one.is_stayed_by_appeal
        and (one.from_ is None or one.from_ <= day)
        and (one.to is None or day <= one.to)
        for one in agency.sanctions
    )
