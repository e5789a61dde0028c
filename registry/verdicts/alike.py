"""Holders that a verdict cannot tell apart: all that decides is the same, and only ids, numbers and names differ. Pure.

Of those one is judged, without what tells him from the others, and the answer is given back to each with his own record. So
nothing can be decided by what was taken away, and whatever a record gains later is compared until somebody takes it away here.
"""

from datetime import UTC, datetime
from hashlib import blake2b
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from registry.agencies import record
from registry.terms import HolderKind, LicenceKind, Role
from registry.verdicts.question import Facts, Holder, Question, SubjectKind, Verdict

_written = msgspec.json.Encoder().encode

Key = tuple[Question, bytes, tuple[int, ...] | None, datetime | None]


class Bare(NamedTuple):
    """A question and its one holder without what tells him from others. `places` are the licences that a number names."""

    question: Question
    agency: record.Agency
    places: tuple[int, ...] | None
    confirmed_at: datetime | None

    @property
    def key(self) -> Key:
        return self.question, blake2b(_written(self.agency), digest_size=16).digest(), self.places, self.confirmed_at

    def facts(self, facts: Facts) -> Facts:
        licences = None if self.places is None else frozenset(map(str, self.places))
        return replace(facts, is_more=False, holders=(Holder(self.agency, licences, self.confirmed_at),))


def bared(question: Question, facts: Facts) -> Bare | None:
    """What decides of a question about one holder; None where his ids or names may: those of agreements, codes in doubt."""
    if len(facts.holders) != 1 or question.kind is SubjectKind.NAME or question.known_at is not None:
        return None
    agency, licences, confirmed_at, _ = facts.holders[0]
    if agency.agreements:
        return None
    for identifier in agency.identifiers:
        if identifier.has_failed_check or identifier.is_under_review:
            return None
    places = None
    if licences is not None:
        places = tuple(place for place, one in enumerate(agency.licences) if one.licence_id in licences)
    return Bare(
        replace(question, value="", claimed_name=None),
        replace(
            agency,
            agency_id="",
            names=(),
            identifiers=(),
            place=None,
            deposits=(),
            intermediaries=(),
            channels=(),
            sanctions=(),
            licences=tuple(
                [
                    replace(licence, licence_id=str(place), number=None, status_place=0)
                    for place, licence in enumerate(agency.licences)
                ]
            ),
        ),
        places,
        confirmed_at,
    )


def remembered(verdict: Verdict) -> Verdict:
    """A verdict on a bare holder with nothing of him but the place of the licence that answers: a list remembers thousands."""
    licence = verdict.licence
    return replace(
        verdict,
        agency=None if verdict.agency is None else _SOMEBODY,
        licence=None if licence is None else replace(_SOME_LICENCE, licence_id=licence.licence_id),
    )


_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
_SOMEBODY = record.Agency(
    agency_id="", country="", role=Role.SENDING, holder_kind=HolderKind.UNKNOWN, source="", retrieved_at=_BEGINNING
)
_SOME_LICENCE = record.Licence(
    licence_id="",
    authority="",
    country="",
    kind=LicenceKind.OTHER_EU,
    status_place=0,
    source="",
    retrieved_at=_BEGINNING,
)


def given_back(verdict: Verdict, agency: record.Agency) -> Verdict:
    """A verdict on a bare holder, as the one on this agency."""
    if verdict.agency is None:
        return verdict
    licence = verdict.licence
    return replace(
        verdict, agency=agency, licence=None if licence is None else agency.licences[int(licence.licence_id)]
    )
