"""A case as lines of text and as plain facts, in English, for officials at a terminal."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from registry.complaints.case.questions import QUESTIONNAIRE
from registry.complaints.case.states import MOVES, Guard
from registry.complaints.casework.queries import CaseView, ContainerView, Queued
from registry.core.clock import instant_text
from registry.core.codes import TriageReason
from registry.i18n.languages import text
from registry.i18n.question_words import answer_text, question_text
from registry.i18n.triage_words import indicator_text, priority_text, triage_reason_text
from registry.vocabulary.cases import Author, CaseState, Indicator, Priority
from registry.vocabulary.register import Language

EN = Language.EN


def queue_row(one: Queued) -> dict[str, Any]:
    """One line of the queue. No value begins with a sign that a spreadsheet would compute."""
    return {
        "case": one.reference,
        "state": one.state.value,
        "priority": one.priority.value if one.priority else "",
        "country": one.country or "",
        "sector": one.sector or "",
        "indicators": " ".join(one.indicators),
        "filed_on": one.filed_on.isoformat(),
        "due_at": instant_text(one.due_at) if one.due_at else "",
        "is_held": one.has_legal_hold,
        "version": one.version,
    }


def queue_lines(found: Sequence[Queued], numbers: Mapping[tuple[CaseState, Priority], int], at: datetime) -> list[str]:
    lines = [_queue_line(one, at) for one in found] or ["Nothing here."]
    aside = sum(count for (state, _), count in numbers.items() if state is CaseState.QUARANTINED)
    urgent = sum(
        count
        for (state, priority), count in numbers.items()
        if priority is Priority.P0 and state in (CaseState.SUBMITTED, CaseState.REOPENED)
    )
    if urgent:
        lines.append(f"{urgent} of p0 wait{'s' if urgent == 1 else ''} for a first look.")
    if aside:
        lines.append(f"{aside} set aside as a flood: see --state quarantined.")
    return lines


def _queue_line(one: Queued, at: datetime) -> str:
    due = "" if one.due_at is None else f"{'OVERDUE since' if one.due_at <= at else 'due'} {one.due_at:%Y-%m-%d %H:%M}"
    where = f"{one.country or '--'} {one.sector or '-----'}"
    return f"{one.reference}  {one.priority or '--'}  {one.state:<20}  {where}  filed {one.filed_on}  {due}".rstrip()


def view_lines(view: CaseView) -> list[str]:
    """All of a case to be read at a terminal. Control characters of what was written are shown as what they are."""
    one = view.queued
    lines = [f"{one.reference}  {one.state}, version {one.version}"]
    if one.priority is not None:
        lines.append(f"  {one.priority}: {priority_text(EN, one.priority)}")
    lines += [f"    {triage_reason_text(EN, TriageReason(reason))}" for reason in view.reasons]
    if one.indicators:
        displayed = ", ".join(indicator_text(EN, Indicator(indicator)) for indicator in one.indicators)
        lines.append(f"  signs of forced labour: {displayed}")
    lines.append(f"  filed {one.filed_on}" + (f", destroyed from {view.purge_on} on" if view.purge_on else ""))
    for kind, clock in view.clocks.items():
        state = (
            f"met {clock.met_on}"
            if clock.met_on
            else f"stands still since {clock.paused_on}"
            if clock.paused_on
            else ""
        )
        lines.append(f"  {kind}: due {clock.due_at:%Y-%m-%d %H:%M} UTC {state}".rstrip())
    if view.agency is not None:
        registered = "in the registry" if view.agency_is_registered else "not in the registry"
        lines.append(f"  agency: {' '.join(_safe(part) for part in view.agency.values())} ({registered})")
    for box in view.boxes:
        lines += _box_lines(box)
    lines += [f"  {row.on_day}  {row.from_state} -> {row.to_state}, {row.actor or row.role}" for row in view.moves]
    return lines


def _box_lines(box: ContainerView) -> list[str]:
    lines = ["", f"  Told by the {box.role} ({box.reference}, {box.state})"]
    lines += answer_lines(box.answers)
    for file in box.files:
        lines.append(
            f"    file {file.reference}: {_safe(file.name)}, {file.size} bytes, {file.stored_on}, {file.state}"
        )
    given = [consent.kind for consent in box.consents if consent.is_given]
    lines.append(f"    agrees to: {', '.join(given) or 'nothing'}")
    for message in box.messages:
        who = "officer" if message.author is Author.OFFICER else box.role
        lines.append(f"    {message.written_on}  {who}{' (new)' if message.is_new else ''}")
        lines += [f"      {line}" for line in _safe(message.text).splitlines()]
    lines.append("")
    return lines


def answer_lines(answers: Mapping[str, Any]) -> list[str]:
    """Each question with what was answered, in the order in which they are asked."""
    lines = []
    order = list(QUESTIONNAIRE.by_code)
    for code, value in sorted(answers.items(), key=lambda one: order.index(one[0]) if one[0] in order else len(order)):
        question = QUESTIONNAIRE.by_code.get(code)
        if question is None:
            lines.append(f"    {code}: {_safe(str(value))}")
            continue
        lines.append(f"    {question_text(EN, question)}")
        lines += [f"      {line}" for line in _safe(answer_text(EN, question, value)).splitlines()]
    return lines


def view_facts(view: CaseView) -> dict[str, Any]:
    """All of a case as plain JSON values."""
    return queue_row(view.queued) | {
        "reasons": list(view.reasons),
        "agency": None if view.agency is None else dict(view.agency),
        "agency_is_registered": view.agency_is_registered,
        "employer": view.employer,
        "region": view.region,
        "amounts": dict(view.amounts),
        "purge_on": view.purge_on.isoformat() if view.purge_on else None,
        "boxes": [
            {
                "box": box.reference,
                "role": box.role.value,
                "state": box.state.value,
                "answers": dict(box.answers),
                "consents": [consent.kind.value for consent in box.consents if consent.is_given],
                "files": [
                    {"file": file.reference, "name": file.name, "kind": file.kind.value, "bytes": file.size}
                    for file in box.files
                ],
                "messages": [
                    {"author": message.author.value, "on": message.written_on.isoformat(), "text": message.text}
                    for message in box.messages
                ],
            }
            for box in view.boxes
        ],
        "moves": [
            {
                "from": row.from_state.value,
                "to": row.to_state.value,
                "on": row.on_day.isoformat(),
                "by": row.actor or row.role,
            }
            for row in view.moves
        ],
    }


def moves_table() -> str:
    """The moves as a Markdown table, with what the complainant reads after each."""
    lines = ["| from | to | by | if | clocks | the complainant reads |", "| --- | --- | --- | --- | --- | --- |"]
    for move in MOVES:
        guard = "" if move.guard is Guard.ALWAYS else move.guard.replace("_", " ")
        clock = "" if move.clock == "none" else move.clock
        reads = "" if move.reads == "unknown" else text(EN, f"case.reads.{move.reads}")
        roles = ", ".join(sorted(move.by))
        lines.append(f"| {move.source} | {move.target} | {roles} | {guard} | {clock} | {reads} |")
    return "\n".join(lines) + "\n"


def _safe(words: str) -> str:
    """Text that moves no cursor and turns no line around: a terminal obeys what it is sent."""
    return "".join(
        character if character in "\n\t" or (character.isprintable()) else f"\\u{ord(character):04x}"
        for character in words
    )
