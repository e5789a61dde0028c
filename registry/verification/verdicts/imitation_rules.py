"""Warnings of imitation: a paper that uses the number or the name of another agency.

A name beside a number shows two things. A number that belongs to an agency of another name is never `yes`, for clones
quote genuine numbers. And a name like that of a licensed agency, with data that are not the agency's, is warned of.
Nothing here looks at numbers that are almost right: to say how near a forger came would help the forger.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from msgspec.structs import replace

from registry.core.clock import day_at
from registry.register.agencies import record
from registry.register.agencies.keys import identifier_key, number_key
from registry.register.authorities.sources import SourceSnapshot
from registry.register.names.scoring import NEAR, SLIPS, Match, is_borne, score
from registry.register.names.spelling import is_disguised
from registry.verification.verdicts.absence_rules import home_of
from registry.verification.verdicts.licence_rules import standing_on
from registry.verification.verdicts.question import (
    Finding,
    Imitated,
    Lookalike,
    Question,
    SubjectKind,
    Verdict,
    VerdictFacts,
)
from registry.vocabulary.checks import Difference
from registry.vocabulary.codes import Reason
from registry.vocabulary.register import (
    KINDS,
    RECRUITING,
    STATUSES,
    Answer,
    IdentifierScheme,
    Likeness,
    NameKind,
    Role,
    Weight,
)

MAX_AGENCIES = 5
"""How many agencies a warning names."""

_NO_MATCH = Match(0.0, Likeness.SIMILAR)


def name_in_question(question: Question) -> str | None:
    """The name that may be imitated: the one in question, or the one on the paper beside a number."""
    return question.value if question.kind is SubjectKind.NAME else question.claimed_name


def found_by_name(question: Question, facts: VerdictFacts) -> list[Lookalike]:
    """Agencies that a name led to and whose name is near; at an earlier instant they come without a match."""
    near = []
    for holder in facts.holders:
        match = holder.match
        if match is None:
            fits = [(score(question.value, one.name), one.name) for one in holder.agency.names]
            best, name = max(fits, key=lambda fit: fit[0].score, default=(_NO_MATCH, ""))
            near.append(Lookalike(holder.agency, name, round(best.score, 2), best.how))
        else:
            near.append(Lookalike(holder.agency, match.name, match.score, match.how))
    return [one for one in near if one.score >= NEAR]


def is_exactly_of(agency: record.Agency, name: str) -> bool:
    return _fit(agency, name).how is Likeness.EXACT


def with_former_name(question: Question, verdict: Verdict) -> Verdict:
    """The verdict, with a word where the name on the paper is one that the holder no longer has."""
    name, agency = question.claimed_name, verdict.agency
    if name is None or agency is None:
        return verdict
    borne = [one for one in agency.names if is_borne(name, one.name)]
    if not borne or any(one.kind is not NameKind.FORMER for one in borne):
        return verdict
    return replace(verdict, reasons=(*verdict.reasons, Finding(Reason.FORMER_NAME, {}, Weight.INFORMS)))


_BRANCH = re.compile(r"(?i)分(?:公司|社|店)|[办辦]事[处處]|[营營][业業]部|\bbranch\b|\bfiliale\b|\bsuccursale\b")


def _is_branch(name: str, agency: record.Agency) -> bool:
    """Whether the paper names a branch of the holder: its name with a word for a branch behind it."""
    match = _BRANCH.search(name)
    return match is not None and any(name.startswith(one.name) for one in agency.names)


def with_imitation(question: Question, facts: VerdictFacts, verdict: Verdict, near: Sequence[Lookalike]) -> Verdict:
    """The verdict with what a name beside the question says. `near` are the agencies whose name is near to it."""
    name = name_in_question(question)
    if name is None:
        return verdict
    if question.kind is SubjectKind.NAME:
        return _warned(verdict, _imitated_by_name(question, facts, near))
    if _is_of_a_holder(verdict, name, near):
        return with_former_name(question, verdict)
    return _warned(_differing(verdict, name), _imitated_by_number(question, facts, near))


def _is_of_a_holder(verdict: Verdict, name: str, near: Sequence[Lookalike]) -> bool:
    """Whether a holder of the number bears the name as people write it, and no other agency bears it better."""
    holders = (verdict.agency,) if verdict.agency is not None else tuple(one.agency for one in verdict.candidates)
    fits = [(score(name, one.name), one.name) for holder in holders for one in holder.names]
    borne = [fit for fit in fits if is_borne(name, fit[1]) and not is_disguised(name, fit[1])]
    if not borne:
        return False
    own = max((fit[0] for fit in borne), key=lambda match: match.score)
    known = {holder.agency_id for holder in holders}
    # Scores of hits are rounded to two places.
    return not any(one.score > own.score + 0.01 for one in near if one.agency.agency_id not in known)


def _fit(agency: record.Agency, name: str) -> Match:
    return max((score(name, one.name) for one in agency.names), key=lambda match: match.score, default=_NO_MATCH)


def _differing(verdict: Verdict, name: str) -> Verdict:
    """The verdict where the number belongs to another agency than the paper names.

    An erased holder's name is not commented.
    """
    if verdict.agency is None or not verdict.agency.names:
        return verdict
    differs = Finding(Reason.NAME_DIFFERS, {"branch": "1"} if _is_branch(name, verdict.agency) else {})
    if verdict.verdict is Answer.NO:
        # Regardless of who shows it, this number permits nothing.
        reasons = (*verdict.reasons[:1], differs.informing(), *verdict.reasons[1:])
    elif verdict.verdict is Answer.YES:
        reasons = (differs, *(finding.informing() for finding in verdict.reasons))
    else:
        reasons = (differs, *verdict.reasons)
    answer = Answer.NO if verdict.verdict is Answer.NO else Answer.UNKNOWN
    return replace(verdict, verdict=answer, may_continue=Answer.UNKNOWN, reasons=reasons)


def _warned(verdict: Verdict, imitated: Sequence[Imitated]) -> Verdict:
    if not imitated:
        return verdict
    reasons = list(verdict.reasons)
    reasons.insert(1, Finding(Reason.POSSIBLE_CLONE, {}, Weight.INFORMS))
    return replace(verdict, reasons=tuple(reasons), possible_clone_of=tuple(imitated[:MAX_AGENCIES]))


def _imitated_by_number(question: Question, facts: VerdictFacts, near: Sequence[Lookalike]) -> list[Imitated]:
    found = []
    for one in near:
        differs = _differences(question, one)
        if differs and is_licensed(one.agency, facts.snapshot, facts.as_of):
            found.append(Imitated(one.agency, one.name, one.how, one.score, differs))
    return found


def _imitated_by_name(question: Question, facts: VerdictFacts, near: Sequence[Lookalike]) -> list[Imitated]:
    """Agencies that a name alone may imitate.

    The name is not quite the agency's, and the country is another, another agency bears it that has no licence, or its
    letters only look like the agency's. A licensed agency's own name imitates no one.
    """
    exact = [one.agency for one in near if one.how is Likeness.EXACT]
    is_own = any(is_licensed(agency, facts.snapshot, facts.as_of) for agency in exact)
    bearers = set() if is_own else {agency.agency_id for agency in exact}
    found = []
    for one in near:
        if one.how is Likeness.EXACT or not is_licensed(one.agency, facts.snapshot, facts.as_of):
            continue
        is_abroad = _is_of_another_country(question, one.agency)
        if is_abroad or is_disguised(question.value, one.name) or bearers - {one.agency.agency_id}:
            differs = (Difference.COUNTRY, Difference.NAME) if is_abroad else (Difference.NAME,)
            found.append(Imitated(one.agency, one.name, one.how, one.score, differs))
    return found


def _differences(question: Question, one: Lookalike) -> tuple[Difference, ...]:
    """What of the question is not the agency's."""
    found = []
    if not _holds_subject(question, one.agency):
        is_number = question.kind in (SubjectKind.LICENCE_NUMBER, SubjectKind.LICENCE_ID)
        found.append(Difference.NUMBER if is_number else Difference.CODE)
    if _is_of_another_country(question, one.agency):
        found.append(Difference.COUNTRY)
    if one.how in SLIPS or is_disguised(name_in_question(question) or "", one.name):
        found.append(Difference.NAME)
    return tuple(found)


def _holds_subject(question: Question, agency: record.Agency) -> bool:
    kind, value = question.kind, question.value
    if kind is SubjectKind.AGENCY_ID:
        return agency.agency_id == value
    if kind is SubjectKind.LICENCE_ID:
        return any(licence.licence_id == value for licence in agency.licences)
    if kind is SubjectKind.LICENCE_NUMBER:
        key = number_key(value)
        return any(licence.number is not None and number_key(licence.number) == key for licence in agency.licences)
    scheme = IdentifierScheme(kind.value)
    key = identifier_key(scheme, value, question.country)
    return any(
        one.scheme is scheme and identifier_key(scheme, one.value, agency.country) == key for one in agency.identifiers
    )


def _is_of_another_country(question: Question, agency: record.Agency) -> bool:
    """Whether the question points to another country than the agency's.

    That of the number, if it names one; else where recruiting happens for a sending agency, where the job is for
    others.
    """
    home = None if question.kind is SubjectKind.NAME else home_of(question)
    country = home or (question.origin if agency.role is Role.SENDING else question.destination)
    return country is not None and country != agency.country


def is_licensed(agency: record.Agency, snapshot: SourceSnapshot, as_of: datetime) -> bool:
    """Whether it holds a recruitment licence that is in force where its authority sits."""
    for licence in agency.licences:
        status = standing_on(licence, agency, day_at(as_of, snapshot.time_zone(licence.authority))).status
        if status is not None and STATUSES[status].recruit is Answer.YES and KINDS[licence.kind].permits & RECRUITING:
            return True
    return False
