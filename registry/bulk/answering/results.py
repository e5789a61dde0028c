"""Answers to items as they are given out: as JSON with their counts, and as rows of a table."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from registry.bulk.answering.batches import AnsweredItem, Item
from registry.core.clock import answer_instant
from registry.core.spreadsheets import Cell
from registry.http.answer_shapes import VerdictWriter, corridor_payload, reason_words
from registry.http.request_reader import FieldChoice
from registry.http.responses import encode, encode_answer
from registry.i18n.languages import text
from registry.i18n.names import authority_name
from registry.register.agencies import record
from registry.verification.verdicts import batch, context_rules, question
from registry.vocabulary.organisations import StepCode
from registry.vocabulary.register import Answer, Language, NameKind


class Counts(msgspec.Struct):
    """How many items there are, and how many of each answer."""

    items: int = 0
    answered: int = 0
    refused: int = 0
    yes: int = 0
    no: int = 0
    unknown: int = 0


class Writing:
    """Writes items as JSON, and counts them; an answer that several items share is written once.

    It is known by the object that is the same, which is held here, so that no id comes twice. `choice` are the fields that
    were chosen of each answer; then there are no steps.
    """

    def __init__(self, verdicts: VerdictWriter, language: Language, choice: FieldChoice | None = None) -> None:
        self._choice = choice
        self._language = language
        self._verdicts = verdicts
        self._answers: dict[Answer | None, int] = dict.fromkeys((None, *Answer), 0)
        self._shared: dict[int, tuple[Any, Sequence[bytes]]] = {}
        steps = [{"code": step, "text": text(language, f"bulk.step.{step}")} for step in StepCode]
        self._end_of_no = b',"steps":' + encode(steps) + b"}" if choice is None else b"}"

    @property
    def counts(self) -> Counts:
        refused, yes, no, unknown = (self._answers[one] for one in (None, Answer.YES, Answer.NO, Answer.UNKNOWN))
        answered = yes + no + unknown
        return Counts(refused + answered, answered, refused, yes, no, unknown)

    def item(self, one: AnsweredItem) -> list[bytes]:
        """An item in parts, of which those that several items share are the same bytes in memory."""
        item, answer, answered, _, _ = one
        self._answers[answer] += 1
        head = self._head(item)
        if answer is None:
            return [head, b',"errors":', encode([fault.payload() for fault in item.faults]), b"}"]
        if answered is None:
            assert one.whole is not None
            body: Sequence[bytes] = self._chosen(
                [encode_answer(corridor_payload(one.whole, one.snapshot, self._language))]
            )
        elif not answered.is_shared:
            body = self._write_answer(answered)
        else:
            existing = self._shared.get(id(answered))
            if existing is None:
                if len(self._shared) >= batch.AT_ONCE:
                    self._shared.clear()
                existing = self._shared[id(answered)] = (answered, self._write_answer(answered))
            body = existing[1]
        first, *between = body
        end = self._end_of_no if answer is Answer.NO else b"}"
        return [head + b',"answer":' + first, *between, end]

    @staticmethod
    def _head(item: Item) -> bytes:
        key = b'{"key":' + encode(item.key)
        if item.line is None and not item.extra:
            return key
        line = b"" if item.line is None else b',"line":%d' % item.line
        extra = b"," + encode(item.extra)[1:-1] if item.extra else b""
        return key + line + extra

    def _chosen(self, parts: Sequence[bytes]) -> Sequence[bytes]:
        return parts if self._choice is None else [self._choice.of(b"".join(parts))]

    def _write_answer(self, answered: batch.BatchAnswer) -> Sequence[bytes]:
        return self._chosen(
            self._verdicts.write(answered.question, answered.verdict, answered.snapshot, answered.prerendered)
        )


HEADER = (
    "key", "line", "verdict", "may_continue_existing_placements", "reasons", "text", "on", "agency_id", "agency", "licence_id",
    "licence_number", "status", "authority", "retrieved_at", "is_stale", "candidates", "possible_clone_of", "needs", "law",
    "errors",
)  # fmt: skip

CORRIDOR_HEADER = (
    "key", "line", "verdict", "sending_verdict", "sending_reasons", "sending_agency_id", "sending_agency", "receiving_verdict",
    "receiving_reasons", "receiving_agency_id", "receiving_agency", "agreement_verdict", "agreement_reasons", "agreement_id",
    "text", "on", "needs", "law", "errors",
)  # fmt: skip


def row_of(one: AnsweredItem, language: Language) -> list[Cell]:
    if one.answered is None:
        return [one.item.key, one.item.line, "", *[""] * (len(HEADER) - 4), _errors(one)]
    verdict = one.answered.verdict
    licence, source = verdict.licence, verdict.source
    return [
        one.item.key,
        one.item.line,
        verdict.verdict.value,
        verdict.may_continue.value,
        _codes(verdict),
        _first_text(verdict, one, language),
        verdict.on,
        *_who(verdict.agency),
        licence.licence_id if licence else "",
        (licence.number if licence else None) or "",
        verdict.status or "",
        authority_name(language, source.authority, one.snapshot) if source else "",
        answer_instant(source.retrieved_at) if source and source.retrieved_at else "",
        {True: "true", False: "false"}[source.stale] if source else "",
        " ".join(candidate.agency.agency_id for candidate in verdict.candidates),
        " ".join(imitated.agency.agency_id for imitated in verdict.possible_clone_of),
        _needs([verdict]),
        _law([verdict]),
        "",
    ]


def corridor_row_of(one: AnsweredItem, language: Language) -> list[Cell]:
    if one.whole is None:
        return [one.item.key, one.item.line, "", *[""] * (len(CORRIDOR_HEADER) - 4), _errors(one)]
    sending, receiving, agreement = one.whole.legs
    weakest = next((leg for leg in one.whole.legs if leg.verdict.verdict is one.whole.verdict), sending)
    cells: list[Cell] = [one.item.key, one.item.line, one.whole.verdict.value]
    for leg in (sending, receiving):
        answer = "not_required" if leg.is_not_required else leg.verdict.verdict.value
        cells += [answer, _codes(leg.verdict), *_who(leg.verdict.agency)]
    number = agreement.agreement.agreement_id if agreement.agreement else ""
    cells += [agreement.verdict.verdict.value, _codes(agreement.verdict), number]
    verdicts = [leg.verdict for leg in one.whole.legs]
    return [
        *cells,
        _first_text(weakest.verdict, one, language),
        agreement.verdict.on,
        _needs(verdicts),
        _law(verdicts),
        "",
    ]


def _codes(verdict: question.Verdict) -> str:
    return " ".join(finding.code.value for finding in verdict.reasons)


def _needs(verdicts: Iterable[question.Verdict]) -> str:
    """What to ask for before the answer can be another, each parameter once."""
    return " ".join(dict.fromkeys(need.parameter for one in verdicts for need in context_rules.needs_of(one.reasons)))


def _law(verdicts: Iterable[question.Verdict]) -> str:
    """Ids of the rows of law that the reasons stand on."""
    return " ".join(dict.fromkeys(row for one in verdicts for finding in one.reasons for row in finding.rows))


def _first_text(verdict: question.Verdict, one: AnsweredItem, language: Language) -> str:
    if not verdict.reasons:
        return ""
    return reason_words(verdict.reasons[0], one.snapshot, language, verdict.licence is not None, verdict.verdict)


def _who(agency: record.Agency | None) -> tuple[str, str]:
    if agency is None:
        return "", ""
    names = sorted(agency.names, key=lambda name: (name.kind is not NameKind.LEGAL, name.to is not None))
    return agency.agency_id, names[0].name if names else ""


def _errors(one: AnsweredItem) -> str:
    return "; ".join(f"{fault.parameter}: {fault.detail}" for fault in one.item.faults)
