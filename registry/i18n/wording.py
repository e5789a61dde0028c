"""Reasons, days, countries, notices and the field's words as sentences in the page languages."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cache

from babel import dates, numbers
from msgspec.structs import replace

from registry.i18n.languages import SPOKEN_OF, has_text, text
from registry.i18n.names import LOCALES, authority_name, country_name, name_in, region_name, sector_name
from registry.officers import models, notices, security_mails
from registry.register.authorities.sources import SourceSnapshot, provinces
from registry.register.law import law_view, loading
from registry.register.law.rows import Coming, Row
from registry.register.law.rules import where_to_ask
from registry.register.law.weights import undisputed
from registry.verification.verdicts.question import Finding
from registry.vocabulary import cases, law, record
from registry.vocabulary.checks import CheckKind, CheckOutcome
from registry.vocabulary.codes import CheckNote, CheckSummary, Problem, Reason, RedFlag
from registry.vocabulary.register import Answer, Language, SanctionKind

ValueText = Callable[[Language, str, SourceSnapshot], str]

_WRITTEN_WITHOUT_SPACES = frozenset({Language.ZH_HANS, Language.ZH_HANT})

FORMS: dict[Reason, tuple[str, ...]] = {
    Reason.OUT_OF_CORRIDOR: ("destination", "origin"),
    Reason.OUT_OF_CONDITION: ("condition", "sector"),
    Reason.ACTIVITY_NOT_PERMITTED: ("activity",),
    Reason.SCOPE_NOT_STATED: ("scope",),
    Reason.SOURCE_STALE: ("date",),
    Reason.VISA_DOES_NOT_ALLOW_WORK: ("origin",),
    Reason.COUNTRY_NOT_COVERED: ("ask",),
    Reason.NAME_DIFFERS: ("branch",),
    Reason.USCC_CHECK_FAILED: ("letters", "characters"),
    Reason.OTHER_PERMIT_ROUTES: ("routes",),
    Reason.PERMIT_NOT_SETTLED: ("routes",),
    Reason.INSTEAD_OF_LICENCE: ("instead",),
    Reason.NUMBER_CHECK_FAILED: ("letters",),
}
"""Reasons with a fuller text where a value is known; the first that fits is taken, the plain text otherwise."""

_BY_VALUE = {Reason.CONTEXT_NEEDED: "parameter", Reason.LAW_BARS: "about", Reason.LAW_MAY_BAR: "about"}
"""Reasons whose fuller text is chosen by what a value is."""

_IN_FORCE = (
    Reason.LICENCE_ACTIVE, Reason.LICENCE_PROVISIONAL, Reason.LICENCE_ACTIVE_WITH_CONDITIONS,
    Reason.LICENCE_UNDER_SURVEILLANCE,
)  # fmt: skip
_NOT_IN_FORCE = (
    Reason.LICENCE_APPLIED, Reason.LICENCE_REFUSED, Reason.LICENCE_REVOCATION_PENDING_APPEAL, Reason.LICENCE_SUSPENDED,
    Reason.LICENCE_RENEWAL_REFUSED, Reason.LICENCE_SURRENDERED, Reason.LICENCE_REVOKED,
    Reason.LICENCE_REVOKED_IMMEDIATE, Reason.LICENCE_BANNED, Reason.LICENCE_ANNULLED_ENTITY_DISSOLVED,
    Reason.LICENCE_DELISTED,
)  # fmt: skip
ADDED: dict[Reason, tuple[str, ...]] = {
    **dict.fromkeys(_IN_FORCE, ("valid_until", "ground")),
    **dict.fromkeys(_NOT_IN_FORCE, ("since", "ground")),
    Reason.LICENCE_EXPIRED: ("last_day",),
    Reason.LICENCE_WINDING_DOWN: ("since", "placements_until", "ground"),
    Reason.ACTIVITY_NOT_PERMITTED: ("permits",),
    Reason.CONTEXT_NEEDED: ("permits", "countries", "sectors"),
    Reason.NEEDS_LICENSED_SENDING_PARTNER: ("partner",),
    Reason.LAW_BARS: ("article",),
    Reason.LAW_MAY_BAR: ("article",),
    Reason.FOREIGN_LICENCE_NEEDS_ENTRY: ("article",),
    Reason.FOREIGN_LICENCE_NEEDS_NOTICE: ("article",),
    Reason.FOREIGN_LICENCE_NOT_SUFFICIENT: ("article",),
    Reason.FOREIGN_LICENCE_UNKNOWN: ("article",),
    Reason.NOT_REGISTERED: ("authority",),
    Reason.AGREEMENT_REGISTERED: ("valid_until",),
    Reason.AGREEMENT_ENDED: ("last_day",),
}
"""Sentences that follow a reason's text when their value is known."""


def reason_text(
    language: Language,
    finding: Finding,
    snapshot: SourceSnapshot,
    *,
    has_licence: bool = False,
    answer: Answer | None = None,
) -> str:
    """One reason as plain sentences. A `no` on an existing licence adds what it must not be used for."""
    values = {
        name: value_text
        for name, value in finding.values.items()
        if (value_text := _value_text(language, name, value, snapshot))
    }
    code = finding.code
    sentences = [text(language, _form_of(code, finding.values, values), **values)]
    for name in ADDED.get(code, ()):
        if SPOKEN_OF[f"added.{name}"] <= values.keys():
            sentences.append(text(language, f"added.{name}", **values))
    if has_licence and answer is Answer.NO:
        sentences.append(text(language, "added.not_against_workers"))
    return _joined(language, sentences)


def _form_of(code: Reason, raw: Mapping[str, str], values: Mapping[str, str]) -> str:
    plain = f"reason.{code}"
    if code in _BY_VALUE:
        fuller = f"{plain}.{raw.get(_BY_VALUE[code])}"
        if raw.get("by") and has_text(f"{fuller}.{raw['by']}"):
            return f"{fuller}.{raw['by']}"
        return fuller if has_text(fuller) else plain
    for form in FORMS.get(code, ()):
        if values.get(form):
            return f"{plain}.{form}"
    return plain


def _joined(language: Language, sentences: list[str]) -> str:
    return ("" if language in _WRITTEN_WITHOUT_SPACES else " ").join(sentences)


def _value_text(language: Language, name: str, value: str, snapshot: SourceSnapshot) -> str:
    """A value of a finding as words; empty where there is nothing to say."""
    worded = _WORDED.get(name)
    return worded(language, value, snapshot) if worded is not None and value else value


def word(language: Language, family: str, value: str) -> str:
    """The plain word for a value of a closed set, for example `word(language, "status", LicenceStatus.ACTIVE)`."""
    return text(language, f"{family}.{value}")


def listed(language: Language, words: list[str]) -> str:
    return text(language, "list.separator").join(words)


def date_text(language: Language, day: date) -> str:
    """A day in words. No day is remembered: who is answered quickly would learn of which days others were told."""
    return _pattern(language, day.month).format(day.year, day.day)


def by_day_text(language: Language, day: date) -> str:
    """A day by which something is to be done, with the preposition and article that the language puts before it."""
    written = date_text(language, day)
    if language is Language.IT:
        # "l'otto" and "l'undici" begin with a vowel.
        written = ("l’" if day.day in (8, 11) else "il ") + written
    elif language is Language.FR and day.day == 1:
        written = written.replace("1", "1er", 1)
    return text(language, "letter.by_day", date=written)


@cache
def _pattern(language: Language, month: int) -> str:
    """How a language writes the days of a month, from one of them."""
    year, day = 2999, 22
    text = str(dates.format_date(date(year, month, day), "long", locale=LOCALES[language]))
    return text.replace(str(year), "{0}").replace(str(day), "{1}")


def number_text(language: Language, number: int) -> str:
    """With the language's own marks between thousands."""
    return str(numbers.format_decimal(number, locale=LOCALES[language]))


def permit_name(language: Language, permit: str) -> str:
    """A permit that rows of law name, in plain words; as the law calls it where the catalogues have no name."""
    return text(language, f"permit.{permit}") if has_text(f"permit.{permit}") else permit


def route_name(language: Language, route: str) -> str:
    """A way to a permit (`registry.register.law.words.Route`) in plain words."""
    return word(language, "law.route", route)


_OPEN = re.compile(
    r"(?P<days>Mon-Fri|weekdays|working days|daily) (?P<begin>[\d:]+)-(?P<end>[\d:]+)"
    r"(?:, Sat (?P<saturday_begin>[\d:]+)-(?P<saturday_end>[\d:]+))?"
)
_OPEN_WORDS = {"office hours": "office", "weekdays": "weekdays", "by appointment": "appointment"}


def hours_text(language: Language, hours: str | None) -> str:
    """When a help line answers, in the reader's words; empty where its source says it in another way, or does not know."""
    if not hours:
        return ""
    if hours.startswith("24"):
        return text(language, "page.help.always")
    if hours in _OPEN_WORDS:
        return text(language, f"page.help.hours.{_OPEN_WORDS[hours]}")
    found = _OPEN.match(hours)
    if found is None:
        return ""
    days = "daily" if found["days"] == "daily" else "weekdays"
    parts = [text(language, f"page.help.hours.{days}.from_to", begin=found["begin"], end=found["end"])]
    if found["saturday_begin"]:
        times = {"begin": found["saturday_begin"], "end": found["saturday_end"]}
        parts.append(text(language, "page.help.hours.saturday.from_to", **times))
    return listed(language, parts)


def translated(language: Language, rows: Iterable[law.CitedRow]) -> list[law.CitedRow]:
    """Rows of law with their words in a language, where the catalogues have them; the others stay in their own, English.

    So does a row that an overlay states: the words are those of the row as it was released.
    """
    return [
        replace(row, text=words, text_language=language.value)
        if law_view.is_as_released(row) and (words := row_words(language, row.id)) is not None
        else row
        for row in rows
    ]


def row_words(language: Language, row_id: str) -> str | None:
    """What a row of law says, in a language; None where it was not translated. Of a change to come with its day."""
    key = f"law.row.{row_id}"
    if not has_text(key):
        return None
    row = loading.shipped_law().rows.get(row_id)
    words = text(language, key)
    return (
        text(language, "law.coming.on", date=date_text(language, row.on), words=words)
        if isinstance(row, Coming)
        else words
    )


def words_of(language: Language, row: Row) -> str | None:
    """What a row says, in a language; None where it was not translated, or where an overlay states another."""
    shipped = loading.shipped_law().rows.get(row.id)
    return row_words(language, row.id) if shipped is not None and undisputed(shipped) == undisputed(row) else None


def licence_field_key(field: str) -> str:
    """The key of what officers call a field of a licence or of an act on it: a detail is called as on public pages."""
    return f"page.agency.licence.{field}" if field in record.DETAILS else f"licensing.field.{field}"


def licence_details(language: Language, licence: record.Licence) -> list[tuple[str, str]]:
    """Label and text of each day and line that a licence states beside its span of days."""
    stated = [(name, value) for name in record.DETAILS if (value := getattr(licence, name)) is not None]
    return [
        (text(language, licence_field_key(name)), date_text(language, value) if isinstance(value, date) else value)
        for name, value in stated
    ]


def problem_title(language: Language, code: Problem, *, at: str = "") -> str:
    """What a problem is called; at an edge of that name otherwise where the public's words would not fit there."""
    own = f"problem.{code}.{at}"
    return text(language, own if at and has_text(own) else f"problem.{code}")


def problem_detail(language: Language, code: Problem) -> str:
    return text(language, f"problem.{code}.detail")


def check_meaning(
    language: Language, kind: CheckKind, outcome: CheckOutcome, *, has_agency: bool, has_candidates: bool = False
) -> str:
    """What it means that a thing told compares so; a bank account and a printed number have words of their own.

    Without an agency nothing was compared, and nothing is said of what one registered; candidates ask for a choice.
    """
    group = "naming" if kind in (CheckKind.NUMBER, CheckKind.NAME) else "channel"
    if kind is CheckKind.BANK_ACCOUNT and outcome in (CheckOutcome.MATCH, CheckOutcome.NOT_REGISTERED):
        group = "bank_account"
    elif not has_agency and has_candidates and outcome is CheckOutcome.NOT_REGISTERED:
        return text(language, f"check.meaning.{group}.choose")
    elif group == "channel" and not has_agency:
        return text(language, "check.meaning.channel.no_agency")
    return text(language, f"check.meaning.{group}.{outcome}")


def check_note(language: Language, note: CheckNote, like: str) -> str:
    return text(language, f"check.note.{note}", like=like) if like else text(language, f"check.note.{note}")


def check_summary(language: Language, summary: CheckSummary) -> str:
    return text(language, f"check.summary.{summary}")


def red_flag_text(language: Language, flag: RedFlag) -> str:
    return text(language, f"red_flag.{flag}")


def indicator_text(language: Language, indicator: cases.Indicator) -> str:
    return word(language, "indicator", indicator)


def _word_of(family: str) -> ValueText:
    return lambda language, value, _: word(language, family, value)


_WORDED: Mapping[str, ValueText] = {
    **dict.fromkeys(
        ("date", "until", "today"), lambda language, value, _: date_text(language, date.fromisoformat(value))
    ),
    **dict.fromkeys(("country", "origin", "destination"), lambda language, value, _: country_name(language, value)),
    **{name: _word_of(name) for name in ("kind", "status", "condition", "scope", "scheme", "visa")},
    "ask": lambda _, value, snapshot: "; ".join(where_to_ask((snapshot.law or loading.shipped_law()).countries[value])),
    "countries": lambda language, value, _: listed(language, [country_name(language, one) for one in value.split()]),
    "sector": lambda language, value, _: sector_name(language, value),
    "sectors": lambda language, value, _: listed(language, [sector_name(language, one) for one in value.split()]),
    "activity": _word_of("activity.brief"),
    "activities": lambda language, value, _: listed(
        language, [word(language, "activity.brief", one) for one in value.split()]
    ),
    "permits": lambda language, value, _: listed(
        language, list(dict.fromkeys(permit_name(language, one) for one in value.split("|")))
    ),
    "instead": lambda language, value, _: listed(
        language, [word(language, "law.instead", one) for one in value.split()]
    ),
    "routes": lambda language, value, _: listed(language, [route_name(language, one) for one in value.split()]),
    "authority": authority_name,
    "place": lambda language, value, _: name_in(language, provinces().get(value, {})) or value,
    **dict.fromkeys(("region", "job_region"), lambda language, value, _: region_name(language, value)),
}
"""How the values of findings are worded, by their names; every other one is said as it stands."""


def notice_words(address: str) -> notices.Wording:
    """`registry.officers.notices.Wording`, with the address of the console."""

    def wording(language: Language, words: notices.Words) -> tuple[str, str]:
        body = text(language, f"notice.{words}", address=f"{address}/console/")
        return text(language, "notice.subject"), f"{body}\n\n{text(language, 'notice.why')}\n"

    return wording


def security_words(address: str) -> security_mails.Wording:
    """`registry.officers.security_mails.Wording`, with the address of the console."""

    def wording(language: Language, event: models.SecurityEvent, code: str) -> tuple[str, str]:
        facts = {"code": code, "address": f"{address}/console/join"} if code else {}
        body = text(language, f"security.{event}", **facts)
        return text(language, "security.subject"), f"{body}\n\n{text(language, 'security.not_you')}\n"

    return wording


def sanction_notice(language: Language, event: str, kind: SanctionKind) -> str:
    """The message of an event of the outbox: `registry.supervision.sanctions.effect.Words`."""
    return text(language, f"sanction.told.{event.partition('.')[2]}", kind=text(language, f"sanction.{kind}"))
