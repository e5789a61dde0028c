"""Answers as rows of a table, in words that a program and a person can read."""

from collections.abc import Iterable, Iterator

from registry.bulk.answering.batches import AnsweredItem
from registry.core.clock import answer_instant
from registry.core.spreadsheets import Cell
from registry.http.answer_shapes import reason_words
from registry.i18n.names import authority_name
from registry.register.agencies import record
from registry.verification.verdicts.context_rules import needs_of
from registry.verification.verdicts.question import Verdict
from registry.vocabulary.register import Language, NameKind

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


def rows_of(given: Iterable[AnsweredItem], language: Language) -> Iterator[list[Cell]]:
    for one in given:
        yield row_of(one, language)


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


def corridor_rows_of(given: Iterable[AnsweredItem], language: Language) -> Iterator[list[Cell]]:
    for one in given:
        yield corridor_row_of(one, language)


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


def _codes(verdict: Verdict) -> str:
    return " ".join(finding.code.value for finding in verdict.reasons)


def _needs(verdicts: Iterable[Verdict]) -> str:
    """What to ask for before the answer can be another, each parameter once."""
    return " ".join(dict.fromkeys(need.parameter for one in verdicts for need in needs_of(one.reasons)))


def _law(verdicts: Iterable[Verdict]) -> str:
    """Ids of the rows of law that the reasons stand on."""
    return " ".join(dict.fromkeys(row for one in verdicts for finding in one.reasons for row in finding.rows))


def _first_text(verdict: Verdict, one: AnsweredItem, language: Language) -> str:
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
