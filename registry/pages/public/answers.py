"""From what was typed to what the page says: each reading is looked up, one counts, and its verdict becomes words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from msgspec.structs import replace

from registry.i18n import names
from registry.i18n.languages import text
from registry.i18n.wording import permit_name, route_name, word
from registry.pages.public.forms import OTHER_SECTOR, LookupForm
from registry.register.agencies import record
from registry.verification.checks.advert import picked
from registry.verification.verdicts import question, subjects
from registry.verification.verdicts.context_rules import asked_parameter
from registry.verification.verdicts.queries import VerdictReader
from registry.verification.verdicts.verdict import decide
from registry.vocabulary import register
from registry.vocabulary.checks import CheckKind
from registry.vocabulary.register import Language
from schemas.parameters import is_sector

CANDIDATES_ON_A_PAGE = 20

_CHANNELS = frozenset(register.ChannelKind)
_WECHAT_ID = re.compile(r"(?i)(?=[^_]{0,19}_)[a-z][-_a-z0-9]{5,19}")
"""A WeChat id without a word before it: no name and no number of a company holds an underscore."""


class Tone(StrEnum):
    """How an answer looks. `name` is a licence found by a name alone: it must never look like a yes."""

    YES = "yes"
    NAME = "name"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class LookupResult:
    """What the typed text led to: the reading that counts, its verdict, and everything that was looked at."""

    verdict: question.Verdict
    facts: question.VerdictFacts
    is_by_name: bool
    channel: register.ChannelKind | None = None
    channel_value: str = ""
    is_of_law: bool = False

    @property
    def tone(self) -> Tone:
        if self.verdict.verdict is register.Answer.YES:
            return Tone.NAME if self.is_by_name else Tone.YES
        return Tone(self.verdict.verdict.value)

    @property
    def candidates(self) -> Sequence[question.Holder]:
        """The agencies to choose from, if the text leads to more than one or is only a name."""
        return self.facts.holders if self.verdict.candidates else ()

    @property
    def has_licence(self) -> bool:
        return self.verdict.licence is not None


def find(reader: VerdictReader, form: LookupForm, now: datetime) -> LookupResult:
    """The answer to what was asked. Readings are tried in the order of their certainty."""
    if form.agency_id is not None:
        return _of_chosen(reader, form, now)
    if not form.subject:
        asked = question.Question(question.SubjectKind.LAW, "", **_context(form))
        facts = reader.facts(asked, now)
        return LookupResult(decide(asked, facts), facts, is_by_name=False, is_of_law=True)
    # With the name in a field of its own, what holds a digit is the number.
    has_own_name = form.claimed_name is not None and any(character.isdigit() for character in form.subject)
    is_name = False if has_own_name else None
    read = subjects.read_subject(reader, form.subject, form.country, _context(form), now, is_name=is_name)
    if read is None or not subjects.leads_to_an_agency(read.verdict):
        for number in _labelled_numbers(form):
            read = subjects.read_subject(reader, number, form.country, _context(form), now, is_name=False) or read
    if read is None:
        # A text without a letter or digit is a name that no one has; a telephone number with its plus is no number of
        # ours.
        subject = subjects.Subject(question.SubjectKind.NAME, form.subject)
        facts = reader.facts(subject.question(**_context(form)), now)
        return LookupResult(decide(subject.question(), facts), facts, True, *_channel(form.subject))
    is_by_name = read.subject.kind is question.SubjectKind.NAME
    # No company's name holds an underscore; a name that only resembles a WeChat id leads to no company either.
    is_name = bool(read.facts.holders) and not (is_by_name and "_" in form.subject)
    channel = (None, "") if is_name or read.subject.is_certain else _channel(form.subject)
    verdict = reader.with_imitation(read.question, read.facts, read.verdict, now)
    return LookupResult(verdict, read.facts, is_by_name, *channel)


def _labelled_numbers(form: LookupForm) -> Sequence[str]:
    """The one number in what was typed, where words stand before it, such as those of the paper that bears it."""
    numbers = [one.value for one in picked(form.subject, form.country) if one.kind is CheckKind.NUMBER]
    return numbers if len(numbers) == 1 and numbers[0] != form.subject else ()


def _channel(subject: str) -> tuple[register.ChannelKind | None, str]:
    """The channel that was typed in place of a name, by itself or with its word before it, such as 微信 or 电话."""
    kind = subjects.channel_of(subject)
    if kind is None and _WECHAT_ID.fullmatch(subject):
        kind = register.ChannelKind.WECHAT
    if kind is not None:
        return kind, subject
    things = picked(subject)
    channels = [one for one in things if one.kind.value in _CHANNELS]
    if len(channels) != 1 or len(things) != 1:
        return None, ""
    return register.ChannelKind(channels[0].kind.value), channels[0].value


def _of_chosen(reader: VerdictReader, form: LookupForm, now: datetime) -> LookupResult:
    """The agency that was chosen from several. If a typed number leads to it, the answer is about that number."""
    typed = (form.subject, *_labelled_numbers(form))
    for subject in (reading for one in typed for reading in subjects.guess(one, form.country)):
        if subject.kind is question.SubjectKind.NAME:
            continue
        asked = subject.question(**_context(form))
        facts = reader.facts(asked, now)
        holders = [holder for holder in facts.holders if holder.agency.agency_id == form.agency_id]
        if holders:
            facts = replace(facts, holders=holders, is_more=False)
            return LookupResult(reader.with_imitation(asked, facts, decide(asked, facts), now), facts, False)
    asked = question.Question(question.SubjectKind.AGENCY_ID, form.agency_id or "", **_context(form))
    facts = reader.facts(asked, now)
    return LookupResult(reader.with_imitation(asked, facts, decide(asked, facts), now), facts, True)


_OF_THE_JOB = (
    "origin", "activity", "recruiter_kind", "visa", "nationality", "work_permit", "occupation", "region", "employer",
    "shortage_job", "on", "claimed_name",
)  # fmt: skip
"""What a question calls as the form does."""


def _context(form: LookupForm) -> dict[str, Any]:
    sector = None if form.sector == OTHER_SECTOR else form.sector
    return {name: getattr(form, name) for name in _OF_THE_JOB} | {"destination": form.country, "sector": sector}


@dataclass(frozen=True, slots=True)
class Choice:
    """A follow-up question: the field it sets, buttons for the likely answers, and a list of the others."""

    field: str
    parameter: str
    buttons: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...] = ()


_CHOICES: dict[str, tuple[str, ...]] = {
    "visa": tuple(register.Visa),
    "recruiter_kind": tuple(register.RecruiterKind),
    "employer": tuple(register.EmployerKind),
    "shortage_job": tuple(register.Answer),
}
"""Parameters of few values, each of them a button."""

# Where the form calls a parameter of the question by another name.
_FIELDS = {"destination": "country"}


MAX_TAPS = 4
"""How often the question is sent, at most, until what the answer turns on has been asked."""


def follow_up(found: LookupResult, form: LookupForm, language: Language) -> list[Choice]:
    """What the asker should tell us next, the one thing that is a tap away; several where one by one would be too many.

    Nothing when nothing more would help.
    """
    wanted: dict[str, Choice] = {}
    for finding in found.verdict.reasons:
        parameter = asked_parameter(finding)
        is_answered = parameter == "sector" and form.sector == OTHER_SECTOR
        if parameter is not None and parameter not in wanted and not is_answered:
            buttons = tuple(_likely(finding, parameter, language))
            others = tuple(_others(parameter, language, {value for value, _ in buttons}))
            wanted[parameter] = Choice(_FIELDS.get(parameter, parameter), parameter, buttons, others)
    at_once = max(1, form.taps + len(wanted) - MAX_TAPS + 1)
    return list(wanted.values())[:at_once]


def _likely(finding: question.Finding, parameter: str, language: Language) -> Iterator[tuple[str, str]]:
    values = finding.values
    if parameter == "work_permit":
        # Rows may call one permit by several names.
        named = {permit_name(language, one): one for one in filter(None, values.get("permits", "").split("|"))}
        yield from ((one, name) for name, one in named.items())
        yield from ((one, route_name(language, one)) for one in values.get("routes", "").split())
        yield from ((one, text(language, f"page.answer.permit.{one}")) for one in ("other", "unknown"))
    elif parameter == "region":
        for one in values.get("regions", "").split("|"):
            yield one, names.region_name(language, one)
    elif parameter == "occupation":
        for one in (*filter(None, values.get("occupations", "").split("|")), "other", "unknown"):
            yield one, names.occupation_name(language, one)
    elif parameter in _CHOICES:
        for one in _CHOICES[parameter]:
            yield one, word(language, parameter, one)
    elif parameter == "activity":
        for activity in values.get("activities", "").split() or sorted(register.RECRUITING):
            yield activity, word(language, "activity", register.Activity(activity))
    elif parameter == "sector":
        for code in values.get("sectors", "").split():
            if is_sector(code, "2.1"):
                yield code, _sector_word(language, code)
    else:
        for code in (values.get("countries") or values.get("likely", "")).split():
            yield code, names.country_name(language, code)


def _others(parameter: str, language: Language, already_offered: set[str]) -> Iterator[tuple[str, str]]:
    if parameter in _CHOICES or parameter in ("work_permit", "occupation", "region"):
        return
    if parameter == "sector":
        left = (code for code in (*register.CORRIDOR_SECTORS, OTHER_SECTOR) if code not in already_offered)
        yield from ((code, _sector_word(language, code)) for code in left)
    elif parameter == "activity":
        yield from (
            (one, word(language, "activity", one)) for one in sorted(register.RECRUITING) if one not in already_offered
        )
    else:
        places = register.EU_STATES | (register.SENDING_COUNTRIES if parameter != "destination" else frozenset())
        yield from ((code, name) for code, name in names.countries(language, places) if code not in already_offered)


def _sector_word(language: Language, code: str) -> str:
    known = code == OTHER_SECTOR or code in register.CORRIDOR_SECTORS
    return text(language, f"sector.{code}") if known else text(language, "sector.code_alone", code=code)


def name_of(agency: record.Agency, text: str) -> names.ShownName:
    """One of its names as it stands on a page."""
    return next((names.display_name(name) for name in agency.names if name.name == text), names.ShownName(text, None))


def candidate(agency: record.Agency, language: Language, match: question.NameMatch | None = None) -> dict[str, object]:
    """One of several agencies that may be meant, with all that tells it from the others."""
    main = names.main_name(agency, language)
    return {
        "agency": agency,
        "main": main,
        "match": match,
        "matched": name_of(agency, match.name) if match else None,
        "others": [names.display_name(name) for name in agency.names if name.name != main.name],
        "numbers": [licence.number for licence in agency.licences if licence.number][:5],
    }
