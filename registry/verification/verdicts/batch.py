"""Many questions in one pass: stored records are read by few statements, and each verdict is the one that verify gives.

Questions that only a search or the log can answer (a name, a name beside a number, an earlier instant) are answered one
by one, as verify answers them; the same question is answered once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

import msgspec

from registry.register.agencies.keys import LICENCE_NUMBER, identifier_key, number_key
from registry.register.agencies.lookup import Holders
from registry.register.agencies.prerendered import PrerenderedAnswer
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.queries import VerdictReader, prerendered_of_only_match
from registry.verification.verdicts.question import Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.subjects import ReadSubject, guess, read_subject
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import Answer, IdentifierScheme

AT_ONCE = 500
"""Questions whose records are in memory at the same time."""

_NUMBER = SubjectKind.LICENCE_NUMBER


def is_searched(question: Question) -> bool:
    """Whether a question costs a search or a reading of the log, as much as a hundred others do."""
    return question.kind is SubjectKind.NAME or question.claimed_name is not None or question.known_at is not None


class BatchAnswer(msgspec.Struct, frozen=True, gc=False, eq=False):
    """A question, its verdict and the snapshot of the lists. `is_shared`: this very object answers several items.

    `prerendered` are the agency and its licences as they were encoded when they were published, where they still stand for the
    agency answered about (registry.register.agencies.prerendered).
    """

    question: Question
    verdict: Verdict
    snapshot: SourceSnapshot
    prerendered: PrerenderedAnswer | None = None
    is_shared: bool = False

    @property
    def answer(self) -> Answer:
        return self.verdict.verdict


class ListedSubject(NamedTuple):
    """One entry of a list to be checked: a number, a name or a reference, of a country if any, for some work.

    With a `scheme` the text is an identifier of that scheme.
    """

    text: str
    country: str
    context: tuple[tuple[str, Any], ...] = ()
    scheme: IdentifierScheme | None = None


class _BatchRecords(NamedTuple):
    """Key of each question, and the agencies that the keys lead to, by kind of subject."""

    keys: list[str | None]
    holders: dict[SubjectKind, Holders]


class BatchReader:
    """Answers many questions as one reader of verdicts answers each."""

    def __init__(self, reader: VerdictReader) -> None:
        self._reader = reader
        self._lookup = reader.lookup_of_many

    def answered(self, questions: Sequence[Question], now: datetime) -> Iterator[BatchAnswer]:
        """The verdict on each question, in order, asked at `now`."""
        for start in range(0, len(questions), AT_ONCE):
            chunk = questions[start : start + AT_ONCE]
            found = self._read_records(chunk)
            shared: dict[Question, BatchAnswer | None] = {}
            if None in found.keys or len(set(found.keys)) < len(chunk):
                shared = {question: None for question, times in Counter(chunk).items() if times > 1}
            # One after another: a record is decoded, judged, written by the caller and dropped before the next.
            for question, key in zip(chunk, found.keys, strict=True):
                answer = shared.get(question) if shared else None
                if answer is None:
                    is_shared = bool(shared) and question in shared
                    answer = self._answer(question, found, key, now, is_shared)
                    if is_shared:
                        shared[question] = answer
                yield answer

    def _answer(
        self, question: Question, found: "_BatchRecords", key: str | None, now: datetime, is_shared: bool
    ) -> BatchAnswer:
        prerendered = None
        if key is None:
            facts = self._reader.facts(question, now)
        else:
            records = found.holders[question.kind].found(key)
            facts = self._reader.facts_in(records, now)
            prerendered = prerendered_of_only_match(records, now)
        verdict = self._reader.with_imitation(question, facts, decide(question, facts), now)
        return BatchAnswer(
            question, verdict, facts.snapshot, prerendered if verdict.agency is not None else None, is_shared
        )

    def _read_records(self, questions: Sequence[Question]) -> "_BatchRecords":
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
        return _BatchRecords(keys, holders)

    def _read_of(self, kind: SubjectKind) -> Callable[[Sequence[str]], Holders]:
        if kind is SubjectKind.AGENCY_ID:
            return self._lookup.by_agencies
        if kind is SubjectKind.LICENCE_ID:
            return self._lookup.by_licences
        return partial(self._lookup.by_keys, LICENCE_NUMBER if kind is _NUMBER else kind.value)

    def read(self, wanted: Sequence[ListedSubject], now: datetime) -> dict[ListedSubject, ReadSubject | None]:
        """The reading of each text that counts, with its facts and verdict; None for a text that nothing can be read from.

        Numbers and references are read together. A name is searched only for a text that leads to no agency as a
        number: it comes last among the readings.
        """
        questions = [
            subject.question(**dict(one.context))
            for one in dict.fromkeys(wanted)
            for subject in guess(one.text, one.country or None, one.scheme)
            if subject.kind is not SubjectKind.NAME
        ]
        found = self._read_records(questions)
        facts = {
            question: self._reader.facts(question, now)
            if key is None
            else self._reader.facts_in(found.holders[question.kind].found(key), now)
            for question, key in dict(zip(questions, found.keys, strict=True)).items()
        }
        reader = _ReadTogether(self._reader, facts)
        return {
            one: read_subject(reader, one.text, one.country or None, dict(one.context), now, scheme=one.scheme)
            for one in dict.fromkeys(wanted)
        }


class _ReadTogether(NamedTuple):
    """Facts that were read for many questions at once; those of others are read one by one."""

    reader: VerdictReader
    read: dict[Question, VerdictFacts]

    def facts(self, question: Question, now: datetime) -> VerdictFacts:
        return self.read.get(question) or self.reader.facts(question, now)


def _key_of(question: Question) -> str:
    kind, value = question.kind, question.value
    if kind in (SubjectKind.AGENCY_ID, SubjectKind.LICENCE_ID):
        return value
    return identifier_key(IdentifierScheme(kind.value), value, question.country)
