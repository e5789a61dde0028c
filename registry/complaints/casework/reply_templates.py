"""Reply templates: written by an officer, approved by a supervisor, offered by a case's state and language."""

import re
from collections.abc import Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.audit.actions import record
from registry.complaints.case.messages import read_text
from registry.complaints.casework.actions import UnitOfficer
from registry.complaints.casework.models import ReplyTemplate, TemplateState
from registry.core.calls import Call
from registry.core.db.locking import lock
from registry.core.errors import ActRefused, Fault, InvalidInput
from registry.core.ids import new_reference
from registry.officers.days import today_of
from registry.vocabulary import cases, codes, register

MAX_NAME = 80
MAX_TEXT = 4000
MAX_TEMPLATES = 100

PLACEHOLDERS = ("unit", "today", "in_14_days", "by_14_days")
"""What stands in braces in a text and is filled in where it is used; `by_14_days` has the words of its language around it."""

_BRACED = re.compile(r"\{([^{}]*)\}")


def templates_of(session: Session, unit: str) -> Sequence[ReplyTemplate]:
    """All of a unit, those that were withdrawn last."""
    query = select(ReplyTemplate).where(ReplyTemplate.unit == unit)
    rows = session.execute(query.order_by(ReplyTemplate.name, ReplyTemplate.id)).scalars().all()
    return sorted(rows, key=lambda one: one.state is TemplateState.WITHDRAWN)


def offered(session: Session, unit: str, state: cases.CaseState, language: register.Language) -> list[ReplyTemplate]:
    """Those that may be used in a case of this state whose complainant reads this language, by name."""
    return [
        one
        for one in templates_of(session, unit)
        if one.state is TemplateState.APPROVED and language in one.texts and (not one.states or state in one.states)
    ]


def filled(template: ReplyTemplate, language: register.Language, values: Mapping[str, str]) -> str:
    """The text in a language with its placeholders filled in."""
    return _BRACED.sub(lambda match: values.get(match[1], match[0]), template.texts[language])


def propose(call: Call[UnitOfficer], name: str, texts: Mapping[str, str], states: Sequence[str]) -> ReplyTemplate:
    """Write a template, in one language or more; it waits for a supervisor. Raises InvalidInput, ActRefused."""
    session, (officer, unit), today = call.session, call.actor, today_of(call)
    there = select(func.count()).where(ReplyTemplate.unit == unit, ReplyTemplate.state != TemplateState.WITHDRAWN)
    if session.execute(there).scalar_one() >= MAX_TEMPLATES:
        raise ActRefused("too_many_templates", "there are too many templates: withdraw one first")
    faults = [
        Fault.of(f"text_{language}", codes.Problem.INVALID_VALUE, "placeholder", names=", ".join(PLACEHOLDERS))
        for language in register.Language
        if set(_BRACED.findall(texts.get(language, ""))) - set(PLACEHOLDERS)
    ]
    written = [language for language in register.Language if texts.get(language, "").strip()]
    if not written:
        faults = [Fault.of(f"text_{register.Language.EN}", codes.Problem.MISSING, "one_language")]
    if faults:
        raise InvalidInput(faults)
    template = ReplyTemplate(
        reference=new_reference(),
        unit=unit,
        name=read_text("name", name, MAX_NAME),
        states=[state for state in cases.CaseState if state in states],
        texts={language: read_text(f"text_{language}", texts[language], MAX_TEXT) for language in written},
        state=TemplateState.PROPOSED,
        written_by=officer,
        written_on=today,
    )
    session.add(template)
    session.flush()
    record(session, "template.proposed", unit, on=today, actor=officer, detail=template.reference, unit=unit)
    return template


def approve(call: Call[UnitOfficer], reference: str) -> ReplyTemplate:
    """Offer a template from now on. Raises NotFound, StaleVersion, ActRefused."""
    template, officer = _lock_template(call, reference), call.actor.name
    if template.state is not TemplateState.PROPOSED:
        raise ActRefused("template_decided", "this template was decided on already")
    if template.written_by == officer:
        raise ActRefused("own_template", "another officer approves what you wrote")
    template.state, template.approved_by, template.approved_on = TemplateState.APPROVED, officer, today_of(call)
    return _record_change(call, template, "template.approved")


def withdraw(call: Call[UnitOfficer], reference: str) -> ReplyTemplate:
    """Offer a template no longer. Raises NotFound, StaleVersion."""
    template = _lock_template(call, reference)
    template.state = TemplateState.WITHDRAWN
    return _record_change(call, template, "template.withdrawn")


def _lock_template(call: Call[UnitOfficer], reference: str) -> ReplyTemplate:
    return lock(
        call.session, ReplyTemplate, ReplyTemplate.unit == call.actor.unit, ReplyTemplate.reference == reference,
        version=call.version, missing="there is no such template in this unit",
    )  # fmt: skip


def _record_change(call: Call[UnitOfficer], template: ReplyTemplate, what: str) -> ReplyTemplate:
    template.version += 1
    call.session.flush()
    unit = template.unit
    record(
        call.session, what, unit, on=today_of(call), actor=call.actor.name, detail=template.reference, unit=unit
    )  # fmt: skip
    return template
