"""The mailbox: where it stands in plain words, what happens by when, words both ways, and whom the officers may tell.

A calendar file for the telephone has the days on which to look again, under a name that says nothing. Source: RFC 5545. It
has no address, no number and no word of a complaint; its identifiers are random.
"""

import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from flask import Blueprint, Response, request

from registry.complaints.case import messages, questions, states
from registry.complaints.case.answers import Sheet
from registry.complaints.intake import filing, mailbox, mailbox_files
from registry.complaints.triage import rules, story
from registry.core.errors import IllegalMove, InvalidInput, NotNow, RegistryError
from registry.i18n.languages import has_text, text
from registry.i18n.names import name_in
from registry.i18n.question_words import answer_text, question_text
from registry.pages.intake import files, help_lines, steps
from registry.pages.intake.visiting import PageRequest, visiting
from registry.vocabulary.cases import RECORDINGS, ConsentKind, Priority
from registry.vocabulary.register import Language

pages = Blueprint("intake_mailbox", __name__)

CONSENTS: dict[ConsentKind, questions.Question] = {
    question.consent: question for question in questions.QUESTIONNAIRE if question.consent is not None
}


@pages.get("/<language:language>/box/mine")
@visiting
def show_mailbox(visitor: PageRequest) -> Response:
    # In the address and nowhere else, in a word that says nothing: who opens this mailbox later does not see it.
    return page_of(visitor, is_danger_reported=request.args.get("told") == "yes")


@pages.post("/<language:language>/box/write")
@visiting
def write(visitor: PageRequest) -> Response:
    """Add a message. The page gave it a key of its own, so that it is there once however often it is sent.

    One button says "I am in danger now", with or without words.
    """
    typed, key = request.form.get("text", ""), form_idempotency_key()
    is_in_danger = request.form.get("danger") == "yes"
    words = text(visitor.language, "page.box.mine.danger.said") if is_in_danger and not typed.strip() else typed
    try:
        sent = mailbox.write(
            visitor.session, visitor.sealer, visitor.visit, words, visitor.at,
            idempotency_key=key, is_in_danger=is_in_danger,
        )  # fmt: skip
    except (InvalidInput, NotNow) as refusal:
        return page_of(visitor, fault=refusal, typed=typed, status=400)
    return visitor.to("/mine?told=yes" if sent.is_danger else "/mine")


@pages.post("/<language:language>/box/agree")
@visiting
def agree(visitor: PageRequest) -> Response:
    """Give one consent or take it back. The page names the wish, not its opposite: pressed twice it is the same."""
    try:
        kind = ConsentKind(request.form.get("kind", ""))
    except ValueError:
        return visitor.to("/mine")
    try:
        is_given = request.form.get("wish") == "give"
        mailbox.consent(visitor.session, visitor.sealer, visitor.visit, kind, visitor.at, is_given=is_given)
    except NotNow as refusal:
        return page_of(visitor, fault=refusal, status=409)
    return visitor.to("/mine")


@pages.get("/<language:language>/box/end")
@visiting
def ask_end(visitor: PageRequest) -> Response:
    """What withdrawing means, and a copy to take along, before anything is gone."""
    view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    return visitor.page("end.html", view=view) if mailbox.Can.WITHDRAW in view.can else visitor.to("/mine")


@pages.post("/<language:language>/box/end")
@visiting
def end(visitor: PageRequest) -> Response:
    view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    try:
        mailbox.withdraw(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    except (NotNow, IllegalMove) as refusal:
        return page_of(visitor, fault=refusal, status=409)
    return visitor.to("/gone" if view.draft_until is not None else "/mine")


@pages.post("/<language:language>/box/again")
@visiting
def again(visitor: PageRequest) -> Response:
    """Object to a decision, open it again, or take a withdrawal back."""
    typed, key = request.form.get("text", ""), form_idempotency_key()
    try:
        mailbox.open_again(visitor.session, visitor.sealer, visitor.visit, visitor.at, text=typed, idempotency_key=key)
    except (InvalidInput, NotNow, IllegalMove) as refusal:
        return page_of(visitor, fault=refusal, typed=typed, status=409)
    return visitor.to("/mine")


@pages.get("/<language:language>/box/copy")
@visiting
def download_own_copy(visitor: PageRequest) -> Response:
    """All of it on one page, to be printed or kept."""
    own = mailbox.own_copy(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    return visitor.page("copy.html", **_copied(visitor, own))


def page_of(
    visitor: PageRequest,
    *,
    fault: RegistryError | None = None,
    typed: str = "",
    status: int = 200,
    is_danger_reported: bool = False,
) -> Response:
    """The mailbox page, with what went wrong in one of its forms if something did.

    `is_danger_reported`: a message about danger was sent just now; whom to call stands open at the head of the page.
    """
    view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    sheet = filing.answers(visitor.session, visitor.sealer, visitor.visit)
    existing = mailbox_files.list_files(visitor.session, visitor.sealer, visitor.visit)
    response = visitor.page(
        "mine.html",
        status=status,
        view=view,
        writers=_writers(visitor.language, view),
        handovers=_handovers(visitor.language, view),
        can={one.value for one in view.can},
        consents=[
            (one, question_text(visitor.language, CONSENTS[one.kind]))
            for one in view.consents
            # Where nothing more can be agreed to, what was agreed can still be taken back.
            if one.kind in CONSENTS and (one.is_given or mailbox.Can.CONSENT in view.can)
        ],
        file_count=len(existing),
        # What was spoken after it was sent stands among the messages; before, it is part of what was told.
        voices=[one for one in existing if one.kind in RECORDINGS and view.filed_on and one.stored_on >= view.filed_on],
        sound_kinds=frozenset(files.SOUND_TYPES),
        answered=len([question for question in questions.visible(sheet.answers) if question.code in sheet.answers]),
        # Where one left off: behind the last question that was answered.
        go_on=steps.path_of(questions.next_question(sheet.answers, _last_answered(sheet.answers))),
        once=secrets.token_urlsafe(16),
        alarm=help_lines.of(visitor.language, sheet.answers)
        if is_danger_reported or story.is_alarming(sheet.answers)
        else None,
        is_danger_reported=is_danger_reported,
        today=_today(visitor, view, sheet),
        is_danger_filed=view.reads is states.Reads.RECEIVED and rules.triage(sheet.answers).priority is Priority.P0,
        office=name_in(visitor.language, view.first_names),
        most=messages.MAX_CHARACTERS,
        fault=_fault_text(visitor.language, fault) if fault is not None else "",
        typed=typed,
    )
    return files.letting_record(response, visitor.language) if mailbox.Can.WRITE in view.can else response


def _today(visitor: PageRequest, view: mailbox.MailboxView, sheet: Sheet) -> dict[str, Any] | None:
    """What can be done on the day of sending: whom to call in that country, above all where the office cannot decide there."""
    if view.filed_on is None or view.reads is not states.Reads.RECEIVED:
        return None
    # Of the office that reads it now, which may be another than that to which it would be sent today.
    is_elsewhere = view.unit_country is not None and filing.fit_of(view.unit_country, sheet.answers).is_elsewhere
    return help_lines.of(visitor.language, sheet.answers) | {"is_elsewhere": is_elsewhere}


def _fault_text(language: Language, fault: RegistryError) -> str:
    """What went wrong in the reader's words; nothing of what was typed is in it."""
    of_field = f"page.box.fault.{fault.faults[0].code}" if isinstance(fault, InvalidInput) else ""
    return text(language, of_field if has_text(of_field) else f"problem.{fault.code}.detail")


def form_idempotency_key() -> str | None:
    """The key that the page gave a form; a browser that lost it sends none, and then nothing is told apart."""
    return request.form.get("once", "")[:80] or None


def _last_answered(answers: dict[str, Any]) -> str | None:
    answered = [question.code for question in questions.visible(answers) if question.code in answers]
    return answered[-1] if answered else None


def _copied(visitor: PageRequest, own: mailbox.OwnCopy) -> dict[str, Any]:
    answers = own.sheet.answers
    stated = [
        (question_text(visitor.language, question), answer_text(visitor.language, question, answers[question.code]))
        for question in questions.visible(answers)
        if question.code in answers
    ]
    agreed = [question_text(visitor.language, CONSENTS[one.kind]) for one in own.view.consents if one.is_given]
    existing = mailbox_files.list_files(visitor.session, visitor.sealer, visitor.visit)
    writers, handovers = _writers(visitor.language, own.view), _handovers(visitor.language, own.view)
    shown = {"view": own.view, "writers": writers, "handovers": handovers}
    return shown | {"said": stated, "agreed": agreed, "files": existing}


def _writers(language: Language, view: mailbox.MailboxView) -> dict[str | None, str]:
    """The name of the office that wrote a message, by the message's `unit`."""
    return {None: name_in(language, view.unit_names)} | {
        unit: name_in(language, names) for unit, names in view.former_names.items()
    }


def _handovers(language: Language, view: mailbox.MailboxView) -> list[dict[str, Any]]:
    return [
        {"former": name_in(language, one.from_names), "to": name_in(language, one.to_names), "on_day": one.on_day}
        for one in view.handovers
    ]


FIRST_LOOK = timedelta(days=7)
"""When to look again where no day was promised."""


@pages.get("/<language:language>/box/days")
@visiting
def download_calendar(visitor: PageRequest) -> Response:
    view = mailbox.mailbox(visitor.session, visitor.sealer, visitor.visit, visitor.at)
    promised = {view.waiting_until, view.acknowledge_by, view.answer_by, view.draft_until}
    on = sorted(day for day in promised if day is not None and day > visitor.today) or [visitor.today + FIRST_LOOK]
    calendar = calendar_of(on, text(visitor.language, "page.box.title"), visitor.today)
    response = Response(calendar, mimetype="text/calendar")
    response.headers["Content-Disposition"] = 'attachment; filename="calendar.ics"'
    return response


def calendar_of(days: Sequence[date], name: str, today: date) -> str:
    """An iCalendar file with one whole day each, which the telephone announces at nine in the morning."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//calendar//1//"]
    for day in days:
        lines += [
            "BEGIN:VEVENT",
            f"UID:{secrets.token_hex(16)}",
            f"DTSTAMP:{today:%Y%m%d}T000000Z",
            f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
            f"SUMMARY:{name}",
            "CLASS:PRIVATE",
            "TRANSP:TRANSPARENT",
            "BEGIN:VALARM",
            "ACTION:DISPLAY",
            f"DESCRIPTION:{name}",
            "TRIGGER:PT9H",
            "END:VALARM",
            "END:VEVENT",
        ]
    return "".join(f"{line}\r\n" for line in (*lines, "END:VCALENDAR"))
