"""Records and verdicts as an answer has them. Only what must be made anew is: the rest is encoded as it was stored."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from registry.http.responses import encode, encode_answer
from registry.i18n.names import authority_name
from registry.i18n.wording import reason_text, translated
from registry.register.agencies import record
from registry.register.agencies.prerendered import PrerenderedAnswer
from registry.register.agencies.record import agency_summary
from registry.register.authorities.sources import SourceSnapshot
from registry.register.law.law_view import cited
from registry.verification.verdicts.context_rules import needs_of, not_asked
from registry.verification.verdicts.corridor import CorridorVerdict, Leg
from registry.verification.verdicts.question import Finding, Holder, Question, SourceNote, SubjectKind, Verdict
from registry.vocabulary.codes import Reason
from registry.vocabulary.record import AgencySummary, Match
from registry.vocabulary.register import Answer, Language
from schemas.corridor import LegShown
from schemas.verify import ImitatedShown, NeedShown, ReasonShown, SourceShown, VerdictShown


def hit_payload(agency: record.Agency, score: float, matched: Match) -> msgspec.Raw:
    """An agency with why it is among the hits, and how near: 0 to 100."""
    found = {"score": score, "matched": matched}
    return msgspec.Raw(encode(found)[:-1] + b"," + encode(agency_summary(agency))[1:])


def candidate_payload(candidate: Holder) -> AgencySummary | msgspec.Raw:
    """One whom the subject may mean; if by a name, with the name that matched."""
    if candidate.match is None:
        return agency_summary(candidate.agency)
    name, kind, score, how = candidate.match
    return hit_payload(candidate.agency, score, Match("name", name, kind, how))


def licence_with(licence: record.Licence, **more: Any) -> msgspec.Raw:
    """A licence's bytes with further fields spliced in front."""
    return msgspec.Raw(encode(more)[:-1] + b"," + encode(licence)[1:])


def verdict_payload(
    question: Question,
    verdict: Verdict,
    snapshot: SourceSnapshot,
    language: Language,
    given: PrerenderedAnswer | None = None,
) -> VerdictShown:
    """A verdict as verify writes it. `given` are the agency and its licences where they were encoded before."""
    return _verdict_shown(
        verdict,
        given,
        _written_reasons(verdict, snapshot, language),
        needs_payload(verdict.reasons),
        not_asked(question),
        question_payload(question),
        source_payload(verdict.source, snapshot, language),
    )


def write_verdict(
    question: Question,
    verdict: Verdict,
    snapshot: SourceSnapshot,
    language: Language,
    given: PrerenderedAnswer | None = None,
) -> bytes:
    """A verdict as JSON, to the byte as `encode_answer` writes that of `verdict_payload`."""
    shown = verdict_payload(question, verdict, snapshot, language, given)
    if given is None or verdict.candidates or verdict.possible_clone_of:
        return encode_answer(shown)
    # Reasons, agency and licence were written before, and the source's instant is cut: nothing is left to look for.
    return encode(shown)


def _verdict_shown(
    verdict: Verdict,
    given: PrerenderedAnswer | None,
    reasons: list[ReasonShown | msgspec.Raw],
    needs: list[NeedShown],
    open_fields: list[str],
    question: dict[str, str],
    source: SourceShown | None,
) -> VerdictShown:
    licence = verdict.licence
    return VerdictShown(
        verdict.verdict,
        verdict.may_continue,
        reasons,
        needs,
        open_fields,
        question,
        verdict.on,
        _agency_of(verdict, given),
        None if licence is None else _licence_of(licence, verdict.status, given),
        [candidate_payload(candidate) for candidate in verdict.candidates],
        [
            ImitatedShown(agency_summary(one.agency), one.name, one.how, one.score, one.differs)
            for one in verdict.possible_clone_of
        ],
        source,
        _overlay_of(verdict),
    )


class _ReasonsWritten(NamedTuple):
    """The reasons of a verdict as JSON without brackets, and what they ask for."""

    body: bytes
    needs: list[NeedShown]


class _ContextShown(NamedTuple):
    """What a question says of the work, and what it leaves open."""

    stated: dict[str, str]
    open_fields: list[str]


class VerdictWriter:
    """Writes the verdicts of one list as JSON, to the byte as verify has them; what many of them say alike is encoded once.

    Each list has its own: how quickly an answer is written tells nothing of what others asked.
    """

    MAX_KEPT = 2048
    """Combinations of reasons, of some five kilobytes each: a job's list has any number of them."""

    def __init__(self, language: Language) -> None:
        self._language = language
        self._snapshot: SourceSnapshot | None = None
        self._reasons: dict[tuple[object, ...], _ReasonsWritten] = {}
        self._contexts: dict[Question, _ContextShown] = {}
        self._sources: dict[SourceNote | None, SourceShown | None] = {}

    def write(
        self, question: Question, verdict: Verdict, snapshot: SourceSnapshot, given: PrerenderedAnswer | None
    ) -> tuple[bytes, bytes, bytes]:
        """A verdict in three parts: up to its reasons, the reasons, and the rest. `given` is as in `verdict_payload`."""
        if snapshot is not self._snapshot:
            self._snapshot = snapshot
            self._reasons.clear()
            self._sources.clear()
        reasons = self._reasons_of(verdict, snapshot)
        context = self._context_of(question)
        stated = (
            context.stated
            if question.kind is SubjectKind.LAW
            else {question.kind.value: question.value, **context.stated}
        )
        shown = _verdict_shown(
            verdict, given, [], reasons.needs, context.open_fields, stated, self._source_of(verdict.source, snapshot)
        )
        body = encode_answer(shown)
        # No bracket stands before that of the reasons.
        begin = body.index(b"[") + 1
        return body[:begin], reasons.body, body[begin:]

    def _reasons_of(self, verdict: Verdict, snapshot: SourceSnapshot) -> _ReasonsWritten:
        said = [(one.code, one.weight, *one.values.items()) for one in verdict.reasons]
        key = (verdict.licence is not None, verdict.verdict, *said)
        known = self._reasons.get(key)
        if known is None:
            if len(self._reasons) >= self.MAX_KEPT:
                self._reasons.clear()
            body = encode_answer(_written_reasons(verdict, snapshot, self._language))[1:-1]
            known = self._reasons[key] = _ReasonsWritten(body, needs_payload(verdict.reasons))
        return known

    def _context_of(self, question: Question) -> _ContextShown:
        alike = replace(question, value="")
        known = self._contexts.get(alike)
        if known is None:
            if len(self._contexts) >= self.MAX_KEPT:
                self._contexts.clear()
            known = self._contexts[alike] = _ContextShown(_context_payload(question), not_asked(question))
        return known

    def _source_of(self, note: SourceNote | None, snapshot: SourceSnapshot) -> SourceShown | None:
        known = self._sources.get(note)
        if known is None:
            if len(self._sources) >= self.MAX_KEPT:
                self._sources.clear()
            known = self._sources[note] = source_payload(note, snapshot, self._language)
        return known


def _overlay_of(verdict: Verdict) -> int | msgspec.UnsetType:
    return msgspec.UNSET if verdict.law_overlay is None else verdict.law_overlay


def needs_payload(findings: Sequence[Finding]) -> list[NeedShown]:
    return [NeedShown(parameter, allowed) for parameter, allowed in needs_of(findings)]


def question_payload(question: Question) -> dict[str, str]:
    """The question by the names of the parameters that ask it, without what was not stated."""
    subject = {} if question.kind is SubjectKind.LAW else {question.kind.value: question.value}
    return subject | _context_payload(question)


def _context_payload(question: Question) -> dict[str, str]:
    """What a question states beside its subject, by the names of the parameters."""
    stated = {}
    for name in _ASKED:
        value = getattr(question, name)
        if value is not None and (name != "nace_revision" or question.sector is not None):
            stated[name] = value.isoformat() if isinstance(value, date) else str(value)
    if question.known_at is not None:
        stated["known_at"] = str(msgspec.to_builtins(question.known_at))
    return stated


_ASKED = (
    "country", "authority", "claimed_name", "origin", "destination", "sector", "nace_revision", "activity", "visa",
    "recruiter_kind", "nationality", "occupation", "work_permit", "region", "employer", "shortage_job", "on",
)  # fmt: skip


def _agency_of(verdict: Verdict, given: PrerenderedAnswer | None) -> AgencySummary | msgspec.Raw | None:
    if verdict.agency is None:
        return None
    return agency_summary(verdict.agency) if given is None else msgspec.Raw(given.agency)


def _licence_of(licence: record.Licence, status: str | None, given: PrerenderedAnswer | None) -> msgspec.Raw:
    for licence_id, written in () if given is None else given.licences:
        if licence_id == licence.licence_id:
            return msgspec.Raw(_status_first(status) + written[1:])
    return licence_with(licence, status=status)


@cache
def _status_first(status: str | None) -> bytes:
    """How a licence is written that stood on a day as `status` says: its first field."""
    return encode({"status": status})[:-1] + b","


def reasons_payload(
    findings: Sequence[Finding], snapshot: SourceSnapshot, language: Language, has_licence: bool, answer: Answer
) -> list[ReasonShown]:
    return [
        ReasonShown(
            finding.code,
            reason_words(finding, snapshot, language, has_licence, answer),
            finding.weight,
            translated(language, cited(finding.rows, snapshot.law)),
        )
        for finding in findings
    ]


_OF_LAW = frozenset(
    (
        "activities activity about article by country destination instead likely occupations origin parameter permits regions "
        "routes rows"
    ).split()
)
"""Values of a reason that speak of the law, and of no agency, list, day or person."""

_MAX_WRITTEN = 4096
_written: tuple[SourceSnapshot | None, dict[tuple[object, ...], msgspec.Raw]] = (None, {})


def _written_reasons(verdict: Verdict, snapshot: SourceSnapshot, language: Language) -> list[ReasonShown | msgspec.Raw]:
    """The reasons of a verdict; one that speaks of the law alone is written once for each state of lists and law.

    Written anew each time they cost a fifth more of a verify request (docs/decisions/0165).
    """
    global _written
    known_for, known = _written
    if known_for is not snapshot or len(known) >= _MAX_WRITTEN:
        _written = (snapshot, known := {})
    has_licence, answer = verdict.licence is not None, verdict.verdict
    found: list[ReasonShown | msgspec.Raw] = []
    for finding in verdict.reasons:
        values = finding.values
        key = (language, has_licence, answer, finding.code, finding.weight, *values, *values.values())
        written = known.get(key)
        if written is None:
            reason = reasons_payload((finding,), snapshot, language, has_licence, answer)[0]
            written = msgspec.Raw(encode_answer(reason))
            if values.keys() <= _OF_LAW:
                known[key] = written
        found.append(written)
    return found


def reason_words(
    finding: Finding, snapshot: SourceSnapshot, language: Language, has_licence: bool, answer: Answer
) -> str:
    """The text of a reason. Only of one without values it is remembered: a day or a name would tell what others asked."""
    if finding.values:
        return reason_text(language, finding, snapshot, has_licence=has_licence, answer=answer)
    return _without_values(language, finding.code, has_licence, answer)


@cache
def _without_values(language: Language, code: Reason, has_licence: bool, answer: Answer) -> str:
    return reason_text(language, Finding(code), SourceSnapshot(), has_licence=has_licence, answer=answer)


def source_payload(note: SourceNote | None, snapshot: SourceSnapshot, language: Language) -> SourceShown | None:
    if note is None:
        return None
    name, retrieved_at = authority_name(language, note.authority, snapshot), note.retrieved_at
    return SourceShown(note.authority, name, retrieved_at and retrieved_at.replace(microsecond=0), note.stale)


def corridor_payload(whole: CorridorVerdict, snapshot: SourceSnapshot, language: Language) -> dict[str, Any]:
    return {"verdict": whole.verdict, "legs": [leg_payload(leg, snapshot, language) for leg in whole.legs]}


def leg_payload(leg: Leg, snapshot: SourceSnapshot, language: Language) -> LegShown:
    verdict = leg.verdict
    licence = verdict.licence
    return LegShown(
        leg.kind,
        "not_required" if leg.is_not_required else verdict.verdict,
        reasons_payload(verdict.reasons, snapshot, language, licence is not None, verdict.verdict),
        needs_payload(verdict.reasons),
        None if leg.question is None else question_payload(leg.question),
        verdict.on,
        None if verdict.agency is None else agency_summary(verdict.agency),
        None if licence is None else licence_with(licence, status=verdict.status),
        leg.agreement,
        [candidate_payload(candidate) for candidate in verdict.candidates],
        source_payload(verdict.source, snapshot, language),
        _overlay_of(verdict),
    )
