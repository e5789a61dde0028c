"""Many questions in one pass: stored records are read by few statements, and each verdict is the one that verify gives.

Questions that only a search or the log can answer (a name, a name beside a number, an earlier instant) are answered one by
one, as verify answers them; the same question is answered once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from registry.core.clock import day_at
from registry.register.agencies.keys import LICENCE_NUMBER, identifier_key, number_key
from registry.register.agencies.lookup import Found
from registry.register.agencies.lookups import Holders, Row, is_withheld, stored
from registry.register.agencies.prerendered import Told, read_told, told_of
from registry.register.authorities.sources import Ground
from registry.verification.verdicts.alike import Alike, Memory, bare_question, given_back, judged
from registry.verification.verdicts.queries import VerdictReader, shown
from registry.verification.verdicts.question import Facts, Question, SubjectKind, Verdict
from registry.verification.verdicts.rules import decide
from registry.verification.verdicts.subjects import Subject, chosen, guess
from registry.vocabulary.register import Answer, IdentifierScheme

AT_ONCE = 500
"""Questions whose records are in memory at the same time."""

_THE_ONLY = (0,)
_NUMBER = SubjectKind.LICENCE_NUMBER


def is_searched(question: Question) -> bool:
    """Whether a question costs a search or a reading of the log, as much as a hundred others do."""
    return question.kind is SubjectKind.NAME or question.claimed_name is not None or question.known_at is not None


class OneOfMany:
    """A verdict and its ground. `is_shared`: the very same object answers several items.

    Where it was judged of all who are alike, `alike` is that verdict, one object for all of them, and `told` what is told of
    this one: who takes no more leaves his record unread.
    """

    __slots__ = ("_at", "_row", "_verdict", "alike", "answer", "ground", "is_shared", "told")

    def __init__(
        self,
        answer: Answer,
        ground: Ground,
        verdict: Verdict | None = None,
        alike: Alike | None = None,
        told: Told | None = None,
        row: Row = (),
        at: datetime | None = None,
    ) -> None:
        self.answer = answer
        self.ground = ground
        self.alike = alike
        self.told = told
        self.is_shared = False
        self._verdict = verdict
        self._row = row
        self._at = at

    @property
    def verdict(self) -> Verdict:
        if self._verdict is None:
            assert self.alike is not None
            assert self.told is not None
            assert self._at is not None
            self._verdict = given_back(self.alike, shown(stored(self._row), self._at), self.told.days)
        return self._verdict


class Asked(NamedTuple):
    """Somebody as he stands in a list: a number, a name or a reference, of a country if any, for some work."""

    text: str
    country: str
    context: tuple[tuple[str, Any], ...] = ()


class _FoundOfMany(NamedTuple):
    """For each question its key, and by the kind of subject whom the keys lead to."""

    keys: list[str | None]
    holders: dict[SubjectKind, Holders]


class ManyReader:
    """Answers many questions as one reader of verdicts answers each."""

    def __init__(self, reader: VerdictReader) -> None:
        self._reader = reader
        self._lookup = reader.lookup_of_many
        self._memory = Memory()
        self._judged_for: tuple[datetime, int] | None = None

    def answered(
        self, questions: Sequence[Question], now: datetime, bares: Sequence[Question | None] | None = None
    ) -> Iterator[OneOfMany]:
        """The verdict on each question, in order, asked at `now`. `bares` are their `bare_question`, where it is known."""
        for start in range(0, len(questions), AT_ONCE):
            chunk = questions[start : start + AT_ONCE]
            bare = [None] * len(chunk) if bares is None else bares[start : start + AT_ONCE]
            found = self._found(chunk)
            shared: dict[Question, OneOfMany | None] = {}
            if None in found.keys or len(set(found.keys)) < len(chunk):
                shared = {question: None for question, times in Counter(chunk).items() if times > 1}
            # One after another: a record is read, judged, written by whoever takes it, and gone before the next.
            for question, of_it, key in zip(chunk, bare, found.keys, strict=True):
                answer = shared.get(question) if shared else None
                if answer is None:
                    answer = self._answered(question, of_it or bare_question(question), found, key, now)
                    if shared and question in shared:
                        answer.is_shared = True
                        shared[question] = answer
                yield answer

    def _answered(
        self, question: Question, bare: Question, found: "_FoundOfMany", key: str | None, now: datetime
    ) -> OneOfMany:
        """One answer. What is said of one holder is said of all that are alike, at this instant and on this ground."""
        if key is not None:
            holders = found.holders[question.kind]
            row = holders.alone.get(key)
            if row is not None:
                answer = self._of_one(question, bare, row, holders.ground_version, now)
                if answer is not None:
                    return answer
            facts = self._reader.facts_in(holders.found(key), now)
        else:
            facts = self._reader.facts(question, now)
        verdict = self._reader.with_imitation(question, facts, decide(question, facts), now)
        return OneOfMany(verdict.verdict, facts.ground, verdict)

    def _of_one(self, question: Question, bare: Question, row: Row, version: int, now: datetime) -> OneOfMany | None:
        """The answer about the only holder of a number; None where ids or names may decide."""
        _, _, etag, _, withhold_on, confirmed_at, told_bytes, licence = row
        told = None
        if withhold_on is None or not is_withheld(withhold_on, day_at(now, None)):
            told = read_told(told_bytes, etag)
        if told is None:
            told = told_of(shown(stored(row), now), etag)
        if not told.shape:
            return None
        judged_for = self._judged_for
        if judged_for is None or judged_for[0] is not now or judged_for[1] != version:
            self._judged_for, self._memory = (now, version), Memory()
        places: tuple[int, ...] | None = None
        if licence is not None:
            there = told.licences
            if len(there) == 1 and there[0][0] == licence:
                places = _THE_ONLY
            else:
                places = tuple([place for place, one in enumerate(there) if one[0] == licence])
        key = (bare, told.shape, places, confirmed_at)
        alike = self._memory.found(key, told.days)
        ground = self._reader.ground(version)
        if alike is None:
            holder = stored(row)
            facts = Facts((), ground, self._reader.regimes, now)
            alike = judged(bare, shown(holder, now), places, holder.confirmed_at, facts)
            self._memory.keep(key, told.days, alike)
        if question.claimed_name is not None:
            facts = self._reader.facts_in(Found((stored(row),), version), now)
            verdict = given_back(alike, facts.holders[0].agency, told.days)
            verdict = self._reader.with_imitation(question, facts, verdict, now)
            return OneOfMany(verdict.verdict, ground, verdict)
        return OneOfMany(alike.verdict.verdict, ground, None, alike, told, row, now)

    def _found(self, questions: Sequence[Question]) -> "_FoundOfMany":
        """The stored records that each question leads to; without a key for one that a search or the log answers."""
        keys: list[str | None] = []
        by_kind: dict[SubjectKind, list[str]] = {}
        for question in questions:
            kind = question.kind
            if question.known_at is not None or kind is SubjectKind.NAME:
                keys.append(None)
                continue
            key = number_key(question.value) if kind is _NUMBER else _key_of(question)
            keys.append(key)
            keyed = by_kind.get(kind)
            if keyed is None:
                keyed = by_kind[kind] = []
            keyed.append(key)
        holders: dict[SubjectKind, Holders] = {}
        for kind, keyed in by_kind.items():
            holders[kind] = self._read_of(kind)(keyed)
        return _FoundOfMany(keys, holders)

    def _read_of(self, kind: SubjectKind) -> Callable[[Sequence[str]], Holders]:
        if kind is SubjectKind.AGENCY_ID:
            return self._lookup.by_agencies
        if kind is SubjectKind.LICENCE_ID:
            return self._lookup.by_licences
        return partial(self._lookup.by_keys, LICENCE_NUMBER if kind is _NUMBER else kind.value)

    def read(self, asked: Sequence[Asked], now: datetime) -> dict[Asked, tuple[Question, Facts] | None]:
        """The reading of each text that leads to somebody, with its facts; None for a text that nothing can be read from.

        Numbers and references are read together. A name is searched only for a text that leads to nobody as a number: it
        comes last among the readings.
        """
        subjects = {one: guess(one.text, one.country or None) for one in dict.fromkeys(asked)}
        questions = [
            subject.question(**dict(one.context))
            for one, readings in subjects.items()
            for subject in readings
            if subject.kind is not SubjectKind.NAME
        ]
        found = self._found(questions)
        facts = {
            question: self._reader.facts(question, now)
            if key is None
            else self._reader.facts_in(found.holders[question.kind].found(key), now)
            for question, key in dict(zip(questions, found.keys, strict=True)).items()
        }
        return {one: self._read(one, readings, facts, now) for one, readings in subjects.items()}

    def _read(
        self, one: Asked, readings: Sequence[Subject], facts: dict[Question, Facts], now: datetime
    ) -> tuple[Question, Facts] | None:
        tried: list[tuple[Subject, Verdict]] = []
        asked: dict[Subject, tuple[Question, Facts]] = {}
        for subject in readings:
            question = subject.question(**dict(one.context))
            of_it = facts.get(question) or self._reader.facts(question, now)
            verdict = decide(question, of_it)
            tried.append((subject, verdict))
            asked[subject] = (question, of_it)
            if verdict.agency is not None or verdict.candidates:
                break
        choice = chosen(tried)
        return None if choice is None else asked[choice[0]]


def _key_of(question: Question) -> str:
    kind, value = question.kind, question.value
    if kind in (SubjectKind.AGENCY_ID, SubjectKind.LICENCE_ID):
        return value
    if kind is SubjectKind.LICENCE_NUMBER:
        return number_key(value)
    return identifier_key(IdentifierScheme(kind.value), value, question.country)
