"""From the parameters of a request to a question. What cannot exist is refused here; what is unknown is not."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from registry.core.errors import Fault, InvalidInput
from registry.core.faults import Message
from registry.core.ids import read_reference
from registry.http.modes import refuse_other_mode
from registry.register.agencies import identifiers
from registry.register.agencies.identifiers import Asked
from registry.register.agencies.keys import name_key
from registry.register.authorities.sources import SourceSnapshot
from registry.verification.verdicts.question import Question, SubjectKind
from registry.vocabulary.codes import Problem
from registry.vocabulary.register import IdentifierScheme

KINDS = tuple(kind for kind in SubjectKind if kind not in (SubjectKind.LICENCE_ID, SubjectKind.LAW))

_STATED = frozenset(Question.__struct_fields__) - {"kind", "value", "has_failed_check", "letters"}
"""Parameters that a question holds as they were loaded, under the same names."""

_NUMBER = SubjectKind.LICENCE_NUMBER
"""Most questions are about one: by itself it is found in a third of the time that its class takes to give it."""

_LETTER_OR_DIGIT = re.compile(r"[^\W_]")

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing was said before: earlier instants ask the same, and calendars cannot be reckoned at their very edge."""


def question_of(parameters: dict[str, Any], now: datetime) -> Question:
    """The question that the loaded fields of VerifySchema ask. Raises InvalidInput."""
    kind = next((kind for kind in KINDS if kind in parameters), SubjectKind.LAW)
    asked = Asked("") if kind is SubjectKind.LAW else subject_of(kind, parameters[kind])
    value, has_failed_check, letters = asked
    stated = {name: parameters[name] for name in parameters if name in _STATED}
    if kind is SubjectKind.REGISTRATION_NUMBER and "country" in stated:
        has_failed_check = identifiers.company_number_is_right(stated["country"], value) is False
    if "known_at" in stated:
        stated["known_at"] = known_instant(stated["known_at"], now)
    if "claimed_name" in stated and not name_key(stated["claimed_name"]):
        raise InvalidInput([Fault("claimed_name", Problem.INVALID_VALUE, "holds no letter and no digit")])
    question = Question(kind, value, has_failed_check=has_failed_check, letters=letters, **stated)
    refuse_other_mode(question)
    return question


def subject_of(kind: SubjectKind, text: str) -> Asked:
    """Whom a text of a kind is about; what fails its own check may be asked about all the same.

    Raises InvalidInput for what cannot exist.
    """
    if kind is _NUMBER:
        if _LETTER_OR_DIGIT.search(text) is None:
            raise InvalidInput([Fault(kind.value, Problem.INVALID_VALUE, "holds no letter and no digit")])
        return Asked(text)
    if kind in _CHECKS:
        return _checked(kind, *_CHECKS[kind], text)
    if kind is SubjectKind.AGENCY_ID:
        return Asked(agency_reference(text))
    if not has_letters_or_digits(text) or (kind is SubjectKind.NAME and not name_key(text)):
        raise InvalidInput([Fault(kind.value, Problem.INVALID_VALUE, "holds no letter and no digit")])
    return Asked(text)


def has_letters_or_digits(text: str) -> bool:
    return _LETTER_OR_DIGIT.search(text) is not None


def unreadable(parameter: str, scheme: IdentifierScheme | None = None) -> Fault:
    """What is wrong with a text about a recruiter from which nothing can be read."""
    # Digits after a plus are a telephone, and a hundred of them are no number of anything.
    detail = (
        "must be a number, a name or a reference; telephones are looked up by POST /api/v1/checks"
        if scheme is None
        else f"cannot be an identifier of the scheme {scheme.value}"
    )
    return Fault(parameter, Problem.INVALID_VALUE, detail)


def agency_reference(text: str) -> str:
    reference = read_reference(text)
    if reference is None:
        detail = "is no reference of the registry: its check character does not fit, so a character is wrong somewhere"
        raise InvalidInput([Fault("agency_id", Problem.INVALID_ID, detail)])
    return reference


def known_instant(known_at: datetime, now: datetime) -> datetime:
    """The instant to look back to; a second without a fraction, as answers have it, is looked back to as it ended.

    Raises InvalidInput for one that has not come.
    """
    if known_at > now:
        detail = "lies in the future: what the registry will say then is not known"
        raise InvalidInput([Fault("known_at", Problem.INVALID_VALUE, detail)])
    if known_at.microsecond == 0:
        known_at = min(known_at.replace(microsecond=999_999), now)
    return max(known_at, _BEGINNING)


def require_authority(authority: str | None, snapshot: SourceSnapshot) -> None:
    """Raises InvalidInput for an authority that the registry has never heard of: most likely it is misspelt."""
    if authority is not None and authority not in snapshot.authorities:
        detail = "there is no authority of this reference; /api/v1/authorities lists them"
        raise InvalidInput([Fault("authority", Problem.UNKNOWN_AUTHORITY, detail)])


_CHECKS: dict[SubjectKind, tuple[Problem, Callable[[str], Asked]]] = {
    SubjectKind.USCC: (Problem.IMPOSSIBLE_USCC, identifiers.asked_uscc),
    SubjectKind.VAT: (Problem.IMPOSSIBLE_VAT, identifiers.asked_vat),
    SubjectKind.LEI: (Problem.IMPOSSIBLE_LEI, identifiers.asked_lei),
    SubjectKind.EUID: (Problem.IMPOSSIBLE_EUID, lambda text: Asked(identifiers.checked_euid(text))),
}
"""What cannot be of its kind at all is refused; what fails its own check digits is looked up and told as a typing error."""


def _checked(kind: SubjectKind, code: Problem, check: Callable[[str], Asked], text: str) -> Asked:
    try:
        return check(text)
    except ValueError as error:
        message = error.args[0] if isinstance(error.args[0], Message) else None
        raise InvalidInput([Fault(kind.value, code, str(error), message)]) from None
