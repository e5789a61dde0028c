"""What somebody holds in his hand, told from its looks: a number, a code, a name in any script, or a channel."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, TypeVar

from registry.core.ids import read_reference
from registry.register.agencies.identifiers import (
    checked_euid,
    checked_lei,
    checked_uscc,
    checked_vat,
    is_resident_number,
)
from registry.verification.verdicts.question import Question, SubjectKind, Verdict
from registry.vocabulary.register import ChannelKind

Checked = TypeVar("Checked")

MOST_CHARACTERS = 400
MOST_IN_A_NUMBER = 120


class Subject(NamedTuple):
    """One reading of what was typed. `country` belongs to a registration number."""

    kind: SubjectKind
    value: str
    country: str | None = None
    has_failed_check: bool = False

    def question(self, **context: Any) -> Question:
        return Question(self.kind, self.value, self.country, has_failed_check=self.has_failed_check, **context)


_CERTAIN = frozenset(
    {
        SubjectKind.AGENCY_ID,
        SubjectKind.LICENCE_ID,
        SubjectKind.USCC,
        SubjectKind.LEI,
        SubjectKind.VAT,
        SubjectKind.EUID,
    }
)
"""Kinds that a check character or a fixed shape gives away."""

# The labels that are copied along with a number, as in `Licence no.: 123`.
_LABEL = re.compile(r"[^:\uff1a]{1,40}[:\uff1a]\s*(?P<rest>[^/].*)", re.DOTALL)
_AGENCY_PAGE = re.compile(r"/agencies/([A-Za-z0-9-]{12,14})(?:[/?#].*)?$")


def guess(text: str, country: str | None) -> tuple[Subject, ...]:
    """Every reading of what was typed, the most certain first. `country` is where the asker says the job is, if he does.

    Nothing is decided here: the caller looks each up and the first that has a holder counts. A bare name comes last.
    """
    whole = " ".join(_visible(text)[:MOST_CHARACTERS].split())
    if not whole:
        return ()
    label = _LABEL.fullmatch(whole)
    readings = [*_readings(whole, country)]
    if label is not None and not re.match(r"(?i)https?:", whole):
        # What stands behind a label is more likely the number than the whole line is.
        readings = [*_readings(label["rest"], country), *readings]
    return tuple(dict.fromkeys(sorted(readings, key=_place)))


def _place(subject: Subject) -> int:
    if subject.kind in _CERTAIN and not subject.has_failed_check:
        return 0
    return 2 if subject.kind is SubjectKind.NAME else 1


def _readings(text: str, country: str | None) -> Iterator[Subject]:
    page = _AGENCY_PAGE.search(text)
    reference = read_reference(page[1] if page else text)
    if reference is not None:
        yield Subject(SubjectKind.AGENCY_ID, reference)
        yield Subject(SubjectKind.LICENCE_ID, reference)
    if page is not None:
        return
    uscc = _or_none(checked_uscc, text)
    if uscc is not None:
        yield Subject(SubjectKind.USCC, uscc[0], has_failed_check=uscc[1])
    lei = _or_none(checked_lei, text)
    if lei is not None:
        yield Subject(SubjectKind.LEI, lei)
    vat = _or_none(checked_vat, text)
    if vat is None and country is not None and any(character.isdigit() for character in text):
        vat = _or_none(checked_vat, country + text)
    if vat is not None:
        yield Subject(SubjectKind.VAT, vat)
    euid = _or_none(checked_euid, text)
    if euid is not None and any(character.isdigit() for character in euid):
        yield Subject(SubjectKind.EUID, euid)
    if len(text) <= MOST_IN_A_NUMBER and not text.startswith("+"):
        yield Subject(SubjectKind.LICENCE_NUMBER, text)
        if any(character.isdigit() for character in text):
            for place in dict.fromkeys((country, "CN")):
                if place is not None:
                    yield Subject(SubjectKind.REGISTRATION_NUMBER, text, place)
    if any(character.isalpha() for character in text):
        yield Subject(SubjectKind.NAME, text)


def _or_none(check: Callable[[str], Checked], text: str) -> Checked | None:
    try:
        return check(text)
    except ValueError:
        return None


def chosen(answers: Sequence[tuple[Subject, Verdict]]) -> tuple[Subject, Verdict] | None:
    """The answer that counts of those to one text's readings: the first that leads to somebody.

    Where none does, a reading sure of its kind speaks; a text that is mostly letters counts as a name, any other as a number.
    """
    for subject, verdict in answers:
        if verdict.agency is not None or verdict.candidates:
            return subject, verdict
    for subject, verdict in answers:
        if subject.kind in _CERTAIN:
            return subject, verdict
    names = [answer for answer in answers if answer[0].kind is SubjectKind.NAME]
    numbers = [answer for answer in answers if answer[0].kind is SubjectKind.LICENCE_NUMBER]
    ordered = [*numbers, *names] if answers and is_number_like(answers[0][0].value) else [*names, *numbers]
    return next(iter(ordered), None)


def is_number_like(text: str) -> bool:
    """Whether at least half of the letters and digits are digits."""
    digits = sum(character.isdigit() for character in text)
    return digits > 0 and 2 * digits >= sum(character.isalnum() for character in text)


_PHONE = re.compile(r"(?:\+|00)[1-9][0-9]{6,14}|1[3-9][0-9]{9}|0[0-9]{8,11}")
_EMAIL = re.compile(r"[^\s@]+@[^\s@]+\.[^\s@.]{2,}")
_WEBSITE = re.compile(r"(?i)(?:https?://|www\.)\S+|(?:[a-z0-9-]+\.)+[a-z]{2,}(?:/\S*)?")
_WECHAT = re.compile(r"(?i)wxid_\S+|(?:\u5fae\u4fe1|wechat|weixin|wx)(?:\u53f7|\u865f| ?id)?\s*[:\uff1a\s]\s*\S+")


def channel_of(text: str) -> ChannelKind | None:
    """The kind of channel that a text looks like: a way to reach somebody, which by itself names no agency."""
    tidy = _visible(text).strip()
    if _EMAIL.fullmatch(tidy):
        return ChannelKind.EMAIL
    if _WECHAT.fullmatch(tidy):
        return ChannelKind.WECHAT
    if _WEBSITE.fullmatch(tidy):
        return ChannelKind.WEBSITE
    if _PHONE.fullmatch(re.sub(r"[\s().\-\u2010-\u2015/]", "", tidy)):
        return ChannelKind.PHONE
    return None


def is_identity_number(text: str) -> bool:
    """Whether it is a resident's identity number, which nobody should type here and which is never looked up."""
    return is_resident_number("".join(_visible(text).upper().split()))


def _visible(text: str) -> str:
    """NFKC without characters that nobody sees."""
    folded = unicodedata.normalize("NFKC", text)
    return "".join(c for c in folded if c.isspace() or unicodedata.category(c)[0] != "C")
