"""Many questions in one pass: stored records are read by few statements, and each verdict is the one that verify gives.

Questions that only a search or the log can answer (a name, a name beside a number, an earlier instant) are answered one by
one, as verify answers them; the same question is answered once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry.agencies.keys import LICENCE_NUMBER, identifier_key, number_key
from registry.agencies.lookup import Found
from registry.agencies.lookups import by_agencies, by_keys, by_licences, version_now
from registry.authorities.facts import Ground
from registry.terms import IdentifierScheme
from registry.verdicts.alike import Key, bared, given_back, remembered
from registry.verdicts.queries import VerdictReader
from registry.verdicts.question import Facts, Question, SubjectKind, Verdict
from registry.verdicts.rules import decide
from registry.verdicts.subjects import Subject, chosen, guess

AT_ONCE = 1000
"""Questions whose records are in memory at the same time."""

MOST_JUDGED = 20_000
"""Holders that differ in what decides and are remembered at the same time."""

_Read = Callable[[Session, Sequence[str]], dict[str, Found]]


def is_searched(question: Question) -> bool:
    """Whether a question costs a search or a reading of the log, as much as a hundred others do."""
    return question.kind is SubjectKind.NAME or question.claimed_name is not None or question.known_at is not None


class OneOfMany(NamedTuple):
    """A verdict and its ground. `like` is one object for all verdicts of a list that differ by agency and licence alone.

    `is_shared`: the very same object answers several items.
    """

    verdict: Verdict
    ground: Ground
    like: Verdict | None = None
    is_shared: bool = False


class Asked(NamedTuple):
    """Somebody as he stands in a list: a number, a name or a reference, of a country if any, for some work."""

    text: str
    country: str
    context: tuple[tuple[str, Any], ...] = ()


class ManyReader:
    """Answers many questions as one reader of verdicts answers each."""

    def __init__(self, reader: VerdictReader, sessions: sessionmaker[Session]) -> None:
        self._reader = reader
        self._sessions = sessions
        self._judged: dict[Key, Verdict] = {}
        self._judged_for: tuple[datetime, int] | None = None

    def answered(self, questions: Sequence[Question], now: datetime) -> Iterator[OneOfMany]:
        """The verdict on each question, in order, asked at `now`."""
        for start in range(0, len(questions), AT_ONCE):
            chunk = questions[start : start + AT_ONCE]
            found = self._found(chunk)
            shared: dict[Question, OneOfMany | None] = {}
            if len(found) < len(chunk):
                shared = {question: None for question, times in Counter(chunk).items() if times > 1}
            # One after another: a record is read, judged, written by whoever takes it, and gone before the next.
            for question in chunk:
                answer = shared.get(question)
                if answer is None:
                    answer = self._answered(question, self._facts(question, found[question], now), now)
                    if question in shared:
                        answer = shared[question] = answer._replace(is_shared=True)
                yield answer

    def _answered(self, question: Question, facts: Facts, now: datetime) -> OneOfMany:
        """One answer. What is said of one holder is said of all that are alike, at this instant and on this ground."""
        bare = bared(question, facts)
        if bare is None:
            return OneOfMany(self._reader.with_imitation(question, facts, decide(question, facts), now), facts.ground)
        judged_for = (now, facts.ground.version)
        if judged_for != self._judged_for or len(self._judged) >= MOST_JUDGED:
            self._judged_for, self._judged = judged_for, {}
        key = bare.key
        like = self._judged.get(key)
        if like is None:
            like = self._judged[key] = remembered(decide(bare.question, bare.facts(facts)))
        verdict = given_back(like, facts.holders[0].agency)
        if question.claimed_name is None:
            return OneOfMany(verdict, facts.ground, like)
        return OneOfMany(self._reader.with_imitation(question, facts, verdict, now), facts.ground)

    def _found(self, questions: Sequence[Question]) -> dict[Question, Found | None]:
        """The stored records that each question leads to; None for one that a search or the log answers."""
        by_kind: dict[SubjectKind, dict[Question, str]] = {}
        found: dict[Question, Found | None] = dict.fromkeys(questions)
        for question in found:
            kind = question.kind
            if question.known_at is None and kind is not SubjectKind.NAME:
                keyed = by_kind.get(kind)
                if keyed is None:
                    keyed = by_kind[kind] = {}
                keyed[question] = _key_of(question)
        if by_kind:
            with self._sessions() as session:
                nobody = Found((), version_now(session))
                for kind, keyed in by_kind.items():
                    read = _read_of(kind)(session, list(keyed.values()))
                    for question, key in keyed.items():
                        found[question] = read.get(key, nobody)
        return found

    def _facts(self, question: Question, found: Found | None, now: datetime) -> Facts:
        return self._reader.facts(question, now) if found is None else self._reader.facts_in(found, now)

    def read(self, asked: Sequence[Asked], now: datetime) -> dict[Asked, tuple[Question, Facts] | None]:
        """The reading of each text that leads to somebody, with its facts; None for a text that nothing can be read from.

        Numbers and references are read together. A name is searched only for a text that leads to nobody as a number: it
        comes last among the readings.
        """
        subjects = {one: guess(one.text, one.country or None) for one in dict.fromkeys(asked)}
        found = self._found(
            [
                subject.question(**dict(one.context))
                for one, readings in subjects.items()
                for subject in readings
                if subject.kind is not SubjectKind.NAME
            ]
        )
        facts = {question: self._facts(question, of_it, now) for question, of_it in found.items()}
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


def _read_of(kind: SubjectKind) -> _Read:
    if kind is SubjectKind.AGENCY_ID:
        return by_agencies
    if kind is SubjectKind.LICENCE_ID:
        return by_licences
    stored = LICENCE_NUMBER if kind is SubjectKind.LICENCE_NUMBER else kind.value
    return lambda session, keys: by_keys(session, stored, keys)
