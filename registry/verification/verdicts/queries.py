"""Reads the facts of a question: the agencies its subject leads to, now or as known earlier, those that its name
resembles, and source coverage.
"""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

import msgspec
from msgspec import structs
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import day_at
from registry.core.db.prepared import ThreadLocalReader
from registry.register.agencies import queries as agencies
from registry.register.agencies import record
from registry.register.agencies.keys import LICENCE_NUMBER, NAME, identifier_key, name_key, number_key
from registry.register.agencies.listing import agencies_named
from registry.register.agencies.lookup import MAX_HOLDERS_OF_KEY, KeyMatch, Lookup, ManyLookup, Stored, stored_records
from registry.register.agencies.models import Agency, Licence, PublicRecord
from registry.register.agencies.prerendered import PrerenderedAnswer, read_prerendered
from registry.register.authorities.queries import snapshot_at, snapshot_version
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.loading import Law, shipped_law
from registry.register.law.overlays.queries import law_at
from registry.register.names.queries import search
from registry.register.names.scoring import NEAR, score
from registry.verification.verdicts.cache_keys import (
    NO_MOMENT,
    CacheKey,
    RecordInShort,
    cache_key_of,
    moment_at,
    read_in_short,
)
from registry.verification.verdicts.imitation_rules import (
    found_by_name,
    is_exactly_of,
    name_in_question,
    with_former_name,
    with_imitation,
)
from registry.verification.verdicts.question import (
    Holder,
    Lookalike,
    NameMatch,
    Question,
    SubjectKind,
    Verdict,
    VerdictFacts,
)
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import IdentifierScheme, NameKind

MAX_COMPARED = 20
"""How many agencies of nearly one name are compared."""


def lookalikes(session: Session, name: str, now: datetime) -> list[Lookalike]:
    """The agencies one of whose names is near to `name`, the nearest first, as they may be shown now."""
    hits = search(session, name, MAX_COMPARED, floor=NEAR)
    if not hits:
        return []
    day = day_at(now, None)
    rows = session.execute(
        select(PublicRecord.agency_id, PublicRecord.body).where(
            PublicRecord.agency_id.in_([hit.agency_id for hit in hits])
        )
    )
    records = {agency_id: record.withhold(record.read_record(body), day) for agency_id, body in rows}
    return [Lookalike(records[hit.agency_id], hit.name, hit.score, hit.how) for hit in hits if hit.agency_id in records]


def lookalikes_at(session: Session, name: str, known_at: datetime, now: datetime) -> list[Lookalike]:
    """As `lookalikes`, of what was said at `known_at`. The index holds only today's names, so names that begin alike count."""
    keyed = agencies.prefixed_at(session, NAME, name_key(name), known_at, MAX_COMPARED)
    found = []
    for agency in agencies.records_at(session, list(keyed), known_at, day_at(now, None)).values():
        scored = [(score(name, one.name), one.name) for one in agency.names]
        near = [(match, matched) for match, matched in scored if match.score >= NEAR]
        if near:
            match, matched = max(near, key=lambda pair: pair[0].score)
            found.append(Lookalike(agency, matched, round(match.score, 2), match.how))
    return sorted(found, key=lambda one: (-one.score, one.agency.agency_id))


class VerdictAnswer(NamedTuple):
    """A verdict and the snapshot of the lists that it was given by."""

    verdict: Verdict
    snapshot: SourceSnapshot


class RecordAnswer(NamedTuple):
    """A verdict, the snapshot of the lists, and the agency and its licences as they were encoded, if still true."""

    verdict: Verdict
    snapshot: SourceSnapshot
    prerendered: PrerenderedAnswer | None


class Coverage(NamedTuple):
    """What verdicts stand on beside the records: the lists, and the law with its overlays."""

    snapshot: SourceSnapshot
    law: Law


class ReadQuestion(msgspec.Struct, frozen=True, gc=False):
    """A question asked at `now` with all that was read for it, and the cache key of the answer, if it has one.

    `found` is what a number leads to, as it is stored, and `facts` the same decoded; None until somebody needs it.
    """

    question: Question
    now: datetime
    snapshot: SourceSnapshot
    facts: VerdictFacts | None
    found: KeyMatch | None = None
    cache_key: CacheKey | None = None


class VerdictReader:
    """Answers questions for one process. It remembers lists and law until their version changes, and nothing else."""

    def __init__(self, reader: ThreadLocalReader, reading_sessions: sessionmaker[Session]) -> None:
        self.reader = reader
        self.lookup = Lookup(reader)
        self.lookup_of_many = ManyLookup(reader)
        self._reading_sessions = reading_sessions
        self._coverage = Coverage(SourceSnapshot(version=-1), shipped_law())
        self._moment = NO_MOMENT

    def answered(self, question: Question, now: datetime) -> VerdictAnswer:
        """The verdict on a question asked at `now`, or as the registry would have given it at `question.known_at`."""
        answer = self.judged(self.read(question, now))
        return VerdictAnswer(answer.verdict, answer.snapshot)

    def read(self, question: Question, now: datetime, *, may_be_held: bool = False) -> ReadQuestion:
        """All that a verdict on a question asked at `now` needs, not judged yet.

        Where the answer `may_be_held` by who asks, stored records are not decoded: for a 304 the cache key is enough.
        """
        if question.known_at is not None or question.kind in (SubjectKind.NAME, SubjectKind.LAW):
            apart = self.facts(question, now)
            return ReadQuestion(question, now, apart.snapshot, apart)
        found = self.found(question)
        snapshot = self.coverage_at(found.snapshot_version).snapshot
        moment = self._moment = moment_at(snapshot, now, self._moment)
        facts: VerdictFacts | None = None
        records: list[record.Agency | RecordInShort]
        if may_be_held:
            records = [read_in_short(stored.body) for stored in found.records]
        else:
            facts = _facts_in(found, snapshot, now)
            records = [holder.agency for holder in facts.holders]
        return ReadQuestion(question, now, snapshot, facts, found, cache_key_of(question, found, records, now, moment))

    def judged(self, read: ReadQuestion) -> RecordAnswer:
        """The verdict on what was read."""
        question, facts, prerendered = read.question, read.facts, None
        if read.found is not None:
            facts = facts or _facts_in(read.found, read.snapshot, read.now)
            prerendered = prerendered_of_only_match(read.found, read.now)
        assert facts is not None
        verdict = self.with_imitation(question, facts, decide(question, facts), read.now)
        return RecordAnswer(verdict, read.snapshot, prerendered if verdict.agency is not None else None)

    def with_imitation(self, question: Question, facts: VerdictFacts, verdict: Verdict, now: datetime) -> Verdict:
        """The verdict with what a name says of it, and with the name of a partner that it tells by its reference.

        More is read only where a name stands beside a number, or a partner is told.
        """
        verdict = self._with_partner_named(question, verdict, now)
        name = name_in_question(question)
        if name is None or (
            question.kind is not SubjectKind.NAME and verdict.agency and is_exactly_of(verdict.agency, name)
        ):
            return with_former_name(question, verdict)
        if question.kind is SubjectKind.NAME:
            return with_imitation(question, facts, verdict, found_by_name(question, facts))
        with self._reading_sessions() as session:
            if question.known_at is None:
                near = lookalikes(session, name, now)
            else:
                near = lookalikes_at(session, name, question.known_at, now)
        return with_imitation(question, facts, verdict, near)

    def _with_partner_named(self, question: Question, verdict: Verdict, now: datetime) -> Verdict:
        told = [one for one in verdict.reasons if "partner" in one.values]
        if question.known_at is not None or not told:
            return verdict
        reasons = []
        for one in verdict.reasons:
            if reference := one.values.get("partner"):
                names = [
                    name_of_agency(public_record(stored, now)) for stored in self.lookup.by_agency(reference).records
                ]
                named = next((f"{name} ({reference})" for name in names if name), reference)
                one = structs.replace(one, values={**one.values, "partner": named})
            reasons.append(one)
        return structs.replace(verdict, reasons=tuple(reasons))

    def facts(self, question: Question, now: datetime) -> VerdictFacts:
        if question.known_at is not None:
            return self._facts_at(question, question.known_at, now)
        if question.kind is SubjectKind.NAME:
            return self._facts_named(question.value, now)
        if question.kind is SubjectKind.LAW:
            snapshot, law = self.current_coverage()
            return VerdictFacts((), snapshot, law.regimes, now, limits=law.limits, routes=law.permit_routes)
        return self.facts_in(self.found(question), now)

    def facts_in(self, found: KeyMatch, now: datetime) -> VerdictFacts:
        """The facts that stored records hold."""
        return _facts_in(found, self.coverage_at(found.snapshot_version).snapshot, now)

    def _facts_named(self, name: str, now: datetime) -> VerdictFacts:
        """Agencies that a name may mean: the nearest by any of their names, each with the one that matched."""
        hits = {hit.agency_id: hit for hit in agencies_named(self.reader, name, MAX_HOLDERS_OF_KEY + 1)}
        found = stored_records(self.reader, list(hits)[:MAX_HOLDERS_OF_KEY])
        holders = [
            Holder(
                public_record(stored, now), None, stored.confirmed_at, NameMatch(hit.name, hit.kind, hit.score, hit.how)
            )
            for stored in found.records
            for hit in [hits[stored.agency_id]]
        ]
        snapshot, law = self.coverage_at(found.snapshot_version)
        is_more = len(hits) > MAX_HOLDERS_OF_KEY
        return VerdictFacts(holders, snapshot, law.regimes, now, is_more, law.limits, law.permit_routes)

    def found(self, question: Question) -> KeyMatch:
        """The stored records that a number or reference leads to now."""
        kind, value = question.kind, question.value
        if kind is SubjectKind.LICENCE_NUMBER:
            return self.lookup.by_key(LICENCE_NUMBER, number_key(value))
        if kind is SubjectKind.AGENCY_ID:
            return self.lookup.by_agency(value)
        if kind is SubjectKind.LICENCE_ID:
            return self.lookup.by_licence(value)
        return self.lookup.by_key(kind.value, identifier_key(IdentifierScheme(kind.value), value, question.country))

    def coverage_at(self, version: int) -> Coverage:
        """Lists and law at a version; read again only when the version that a lookup saw is another."""
        coverage = self._coverage
        if version != coverage.snapshot.version:
            with self._reading_sessions() as session:
                snapshot, law = snapshot_at(session), law_at(session)
            coverage = self._coverage = Coverage(replace(snapshot, law=law), law)
        return coverage

    def current_coverage(self) -> Coverage:
        with self._reading_sessions() as session:
            version = snapshot_version(session)
        return self.coverage_at(version)

    def current_snapshot(self) -> SourceSnapshot:
        return self.current_coverage().snapshot

    def current_law(self) -> Law:
        """The law with the overlays that are in force now."""
        return self.current_coverage().law

    def _facts_at(self, question: Question, known_at: datetime, now: datetime) -> VerdictFacts:
        """Facts as of `known_at`, from the log. What the law lets us show is still judged today."""
        with self._reading_sessions() as session:
            law = law_at(session, known_at)
            snapshot = replace(snapshot_at(session, known_at), law=law)
            keyed = _keyed_at(session, question, known_at)
            records = agencies.records_at(session, list(keyed)[:MAX_HOLDERS_OF_KEY], known_at, day_at(now, None))
        holders = [Holder(agency, keyed[agency_id]) for agency_id, agency in records.items()]
        is_more = len(keyed) > MAX_HOLDERS_OF_KEY
        return VerdictFacts(holders, snapshot, law.regimes, known_at, is_more, law.limits, law.permit_routes)


def _facts_in(found: KeyMatch, snapshot: SourceSnapshot, now: datetime) -> VerdictFacts:
    """The facts that stored records hold, with the lists and the law."""
    law = snapshot.law or shipped_law()
    holders = [Holder(public_record(stored, now), stored.licences, stored.confirmed_at) for stored in found.records]
    return VerdictFacts(holders, snapshot, law.regimes, now, found.is_more, law.limits, law.permit_routes)


def name_of_agency(agency: record.Agency) -> str:
    """The legal name that holds now, else any; empty where none may be shown."""
    names = sorted(agency.names, key=lambda name: (name.to is not None, name.kind is not NameKind.LEGAL))
    return names[0].name if names else ""


def public_record(stored: Stored, now: datetime) -> record.Agency:
    """A stored record as it may be shown now."""
    agency = record.read_record(stored.body)
    if stored.withhold_on is None:
        return agency
    day = day_at(now, None)
    return record.withhold(agency, day) if day > stored.withhold_on else agency


def prerendered_of_only_match(found: KeyMatch, now: datetime) -> PrerenderedAnswer | None:
    """What was encoded of the only agency found; None where there are several, or something is withheld by now."""
    if len(found.records) != 1:
        return None
    one = found.records[0]
    if one.withhold_on is not None and day_at(now, None) > one.withhold_on:
        return None
    return read_prerendered(one.prerendered, one.etag)


def _keyed_at(session: Session, question: Question, known_at: datetime) -> dict[int, frozenset[str] | None]:
    kind, value = question.kind, question.value
    if kind is SubjectKind.LAW:
        return {}
    if kind is SubjectKind.LICENCE_NUMBER:
        return agencies.keyed_at(session, LICENCE_NUMBER, number_key(value), known_at, MAX_HOLDERS_OF_KEY + 1)
    if kind is SubjectKind.NAME:
        return _named_at(session, value, known_at)
    if kind is SubjectKind.AGENCY_ID:
        row_ids = session.execute(select(Agency.id).where(Agency.reference == value)).scalars()
        return dict.fromkeys(row_ids)
    if kind is SubjectKind.LICENCE_ID:
        owners = session.execute(select(Licence.agency_id).where(Licence.reference == value)).scalars()
        return {owner: frozenset({value}) for owner in owners}
    key = identifier_key(IdentifierScheme(kind.value), value, question.country)
    return agencies.keyed_at(session, kind.value, key, known_at, MAX_HOLDERS_OF_KEY + 1)


def _named_at(session: Session, name: str, known_at: datetime) -> dict[int, frozenset[str] | None]:
    """Agencies that a name led to at `known_at`: those with a name of that beginning then, and the nearest by today's index.

    Who was not registered yet has no record of that instant and so drops out.
    """
    then = agencies.prefixed_at(session, NAME, name_key(name), known_at, MAX_HOLDERS_OF_KEY + 1)
    return dict.fromkeys([*then, *(hit.agency_id for hit in agencies_named(session, name, MAX_HOLDERS_OF_KEY + 1))])
