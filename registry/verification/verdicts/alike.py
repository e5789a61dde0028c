"""Holders that a verdict cannot tell apart: all that decides is the same, and only ids, numbers, names and days differ. Pure.

Of those one is judged, by the one function that judges all, without what tells him from the others and on days that note what
is asked of them (days.py); the answer is given to each whose days lie alike, with his own record and days. So
nothing can be decided by what was taken away, and whatever a record gains later is compared until prerendered.py
takes it away.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from registry.register.agencies import record
from registry.register.agencies.prerendered import bared
from registry.verification.verdicts.days import Bound, Named, Watch, WatchedDay, lies_within
from registry.verification.verdicts.question import Facts, Finding, Holder, Question, Verdict
from registry.verification.verdicts.rules import decide
from registry.vocabulary.register import HolderKind, LicenceKind, Role


class Alike(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A verdict on all whose days lie within `bounds`: with nothing of the one who was judged but the place of the licence
    that answers, `licence`, and his days where a reason names one."""

    verdict: Verdict
    bounds: tuple[Bound, ...]
    licence: int | None


def bare_question(question: Question) -> Question:
    return replace(question, value="", claimed_name=None)


def judged(
    question: Question, agency: record.Agency, places: Sequence[int] | None, confirmed_at: datetime | None, facts: Facts
) -> Alike:
    """The verdict on all who are like this holder. `places` are the licences that a number names; None: any.

    `facts` are about whom does not matter. ValueError for one who is like none (registry.register.agencies.prerendered.bared).
    """
    watch = Watch()
    bare = bared(agency, watch.day)
    if bare is None:
        raise ValueError("ids or names of this holder may decide")
    licences = None if places is None else frozenset(map(str, places))
    about = replace(facts, is_more=False, holders=(Holder(bare, licences, confirmed_at),))
    verdict = decide(bare_question(question), about)
    told = [value for finding in verdict.reasons for value in finding.values.values()]
    if isinstance(verdict.on, WatchedDay):
        watch.fixed(verdict.on.place)
        verdict = replace(verdict, on=date.fromordinal(verdict.on.toordinal()))
    licence = verdict.licence
    return Alike(
        replace(
            verdict,
            agency=None if verdict.agency is None else _SOMEBODY,
            licence=None if licence is None else _SOME_LICENCE,
        ),
        tuple(watch.bounds(told)),
        None if licence is None else int(licence.licence_id),
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


def given_back(alike: Alike, agency: record.Agency, days: Sequence[int]) -> Verdict:
    """The verdict on this agency, whose days are these."""
    verdict = alike.verdict
    return replace(
        verdict,
        reasons=tuple([_of_days(finding, days) for finding in verdict.reasons]),
        agency=None if verdict.agency is None else agency,
        licence=None if alike.licence is None else agency.licences[alike.licence],
    )


def _of_days(finding: Finding, days: Sequence[int]) -> Finding:
    values = {
        name: date.fromordinal(days[value.place]).isoformat() if type(value) is Named else value
        for name, value in finding.values.items()
    }
    return Finding(finding.code, values)


MOST_JUDGED = 20_000
"""Verdicts that are remembered at the same time."""

Key = tuple[Question, bytes, tuple[int, ...] | None, Any]
"""The bare question, the shape, the places of the licences that are meant, when the holder was confirmed."""

Fixed = tuple[int, ...]


_NOTHING: dict[Fixed, list[Alike]] = {}


class Memory:
    """Verdicts by what decides. It lives for one list, one instant and one ground (docs/decisions/0075)."""

    def __init__(self) -> None:
        # By the places of days that stand for themselves, then by those days: of thousands that ran out on as many days each
        # is found at once.
        self.judged: dict[Key, dict[Fixed, dict[Fixed, list[Alike]]]] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def found(self, key: Key, days: Sequence[int]) -> Alike | None:
        """The verdict on all who are alike and whose days lie like these."""
        kinds = self.judged.get(key)
        if kinds is None:
            return None
        # Most verdicts stand on no single day.
        for alike in kinds.get((), _NOTHING).get((), ()):
            if lies_within(days, alike.bounds):
                return alike
        for places, judged_on in kinds.items():
            for alike in judged_on.get(tuple([days[place] for place in places]) if places else (), ()):
                if lies_within(days, alike.bounds):
                    return alike
        return None

    def keep(self, key: Key, days: Sequence[int], alike: Alike) -> None:
        if self._count >= MOST_JUDGED:
            self.judged.clear()
            self._count = 0
        places = tuple([bound.place for bound in alike.bounds if bound.low == bound.high])
        judged_on = self.judged.setdefault(key, {}).setdefault(places, {})
        judged_on.setdefault(tuple([days[place] for place in places]), []).append(alike)
        self._count += 1
