"""What the pages of the licensing desk say of a licence or of an act: in the officer's words, before and after side by side."""

from datetime import date
from typing import Any, NamedTuple

from sqlalchemy.orm import Session

from registry.i18n import wording
from registry.i18n.languages import text
from registry.i18n.names import ShownName, main_name
from registry.officer_acts.licence_acts import preview_act
from registry.pages.officers.licences.forms import sectors_text
from registry.pages.officers.rendering import language
from registry.register.agencies import record
from registry.supervision.licensing import act_forms, drafting
from registry.vocabulary.record import TERM_DAYS, TERM_LINES
from registry.vocabulary.register import BAD_STATUSES, STATUSES, Answer, LicenceStatus


class Change(NamedTuple):
    """One line of a record before and after an act; its label stands at `wording.licence_field_key(name)`."""

    name: str
    before: str
    after: str

    @property
    def is_changed(self) -> bool:
        return self.before != self.after


def name_of(agency: record.Agency) -> ShownName:
    return main_name(agency, language())


def tone(status: LicenceStatus | None) -> str:
    """The class of a status's badge."""
    if status is None or status is LicenceStatus.DELISTED:
        return "warn"
    if STATUSES[status].recruit is Answer.YES:
        return "good"
    return "bad" if status in BAD_STATUSES or status is LicenceStatus.BANNED else "over"


def status_word(status: LicenceStatus | None) -> str:
    return text(language(), f"status.{status or 'not_stated'}")


def recruit_word(status: LicenceStatus | None) -> str:
    answer = Answer.UNKNOWN if status is None else STATUSES[status].recruit
    return text(language(), f"licensing.recruit.{answer}")


def licence_lines(agency: record.Agency, licence_id: str, day: date) -> dict[str, str]:
    """A licence as it stands on a day, one text for each field."""
    licence, status, none = drafting.licence_of(agency, licence_id), drafting.status_on(agency, licence_id, day), "-"
    spoken = language()
    return {
        "status": status_word(status),
        "recruit": recruit_word(status),
        "number": licence.number or none,
        **{name: _day(getattr(licence, name)) for name in TERM_DAYS},
        **{name: getattr(licence, name) or none for name in TERM_LINES},
        "corridors": ", ".join(f"{one.origin or '*'} → {one.destination or '*'}" for one in licence.corridors or ())
        or none,
        "sectors": sectors_text(licence.sectors or ()) or none,
        "activities": ", ".join(text(spoken, f"activity.brief.{one}") for one in licence.activities or ()) or none,
        "conditions": "; ".join(condition_text(one) for one in licence.conditions or ()) or none,
    }


def condition_text(condition: record.Condition) -> str:
    what = condition.text or sectors_text(condition.sectors) or ", ".join(condition.destinations)
    word = text(language(), f"licensing.condition.{condition.code}")
    return f"{word}: {what}" if what else word


def changes_of(draft: drafting.Draft) -> list[Change]:
    """What the act changes of the record, on the day it takes effect."""
    if draft.licence_id is not None:
        after = licence_lines(draft.after, draft.licence_id, draft.effective_on)
        is_new = draft.before is None or not any(one.licence_id == draft.licence_id for one in draft.before.licences)
        before = (
            dict.fromkeys(after, "-")
            if is_new or draft.before is None
            else licence_lines(draft.before, draft.licence_id, draft.effective_on)
        )
        return [Change(name, before[name], after[name]) for name in after]
    assert draft.before is not None
    return [
        Change("agreements", _agreements(draft.before), _agreements(draft.after)),
        Change("intermediaries", _intermediaries(draft.before), _intermediaries(draft.after)),
    ]


def _agreements(agency: record.Agency) -> str:
    return "; ".join(agreement_text(one) for one in agency.agreements) or "-"


def agreement_text(one: record.Agreement) -> str:
    other = one.employer.name if one.employer else one.receiving
    return f"{one.number or one.agreement_id}: {one.origin} → {one.destination}, {other} ({_span(one.from_, one.to)})"


def _intermediaries(agency: record.Agency) -> str:
    return "; ".join(intermediary_text(one) for one in agency.intermediaries) or "-"


def intermediary_text(one: record.Intermediary) -> str:
    return f"{one.name}{f' {one.number}' if one.number else ''} ({_span(one.from_, one.to)})"


def _span(begins: date | None, ends: date | None) -> str:
    return f"{_day(begins)} – {_day(ends)}" if begins or ends else "-"


def _day(day: date | None) -> str:
    return "-" if day is None else wording.date_text(language(), day)


def preview(session: Session, draft: drafting.Draft) -> dict[str, Any]:
    """All that a page shows before an act is proposed or approved: the record, who is told, and whom an applicant resembles."""
    found = preview_act(session, draft)
    return {
        "draft": draft,
        "changes": changes_of(draft),
        "addresses": found.addresses,
        "likenesses": found.likenesses,
        "name_of": name_of,
    }


_SHOWN = (
    "name", "place", "identifier", "phone", "email", "website", "number", "to_on", "until", "publish_until", "ground_text",
)  # fmt: skip


def stated_lines(stated: act_forms.Stated) -> list[tuple[str, str]]:
    """What else was stated of an act, for the officer who approves it: the public text, and the last days."""
    found = [(field, getattr(stated, field)) for field in _SHOWN]
    return [(field, _day(value) if isinstance(value, date) else value) for field, value in found if value is not None]
