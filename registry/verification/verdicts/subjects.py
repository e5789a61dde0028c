"""Reads free text about a recruiter (number, code, name in any script, channel) and picks the answer that counts."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, Protocol, TypeVar

from registry.core.ids import read_reference
from registry.register.agencies import identifiers
from registry.verification.verdicts.question import Question, SubjectKind, Verdict, VerdictFacts
from registry.verification.verdicts.verdict import decide
from registry.vocabulary.register import ChannelKind, IdentifierScheme

Checked = TypeVar("Checked")

MAX_CHARACTERS = 400
MAX_IN_A_NUMBER = 120


class Subject(NamedTuple):
    """One reading of what was typed.

    `country` belongs to a registration number; `is_checked`: it has the form of that country's
    company numbers, which end in a check digit; `letters` of it were read as digits."""

    kind: SubjectKind
    value: str
    country: str | None = None
    has_failed_check: bool = False
    is_checked: bool = False
    letters: str = ""

    @property
    def is_certain(self) -> bool:
        """Whether a check character or a fixed shape says what it is."""
        return (self.kind in _CERTAIN or self.is_checked) and not self.has_failed_check

    def question(self, **context: Any) -> Question:
        return Question(
            self.kind, self.value, self.country, has_failed_check=self.has_failed_check, letters=self.letters, **context
        )


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


def guess(text: str, country: str | None, scheme: IdentifierScheme | None = None) -> tuple[Subject, ...]:
    """Every reading of what was typed, the most certain first. `country` is where the job is, if the caller states it.

    With a `scheme` it is an identifier of that scheme, and is read as nothing else.

    Nothing is decided here: `read_subject` looks each up and the first that leads to an agency counts. A bare name
    comes last.
    """
    whole = " ".join(identifiers.visible(text)[:MAX_CHARACTERS].split())
    if not whole:
        return ()
    if scheme is not None:
        return _as_identifier(whole, country, SubjectKind(scheme.value))
    label = _LABEL.fullmatch(whole)
    readings = [*_readings(whole, country)]
    if label is not None and not re.match(r"(?i)https?:", whole):
        # What stands behind a label is more likely the number than the whole line is.
        readings = [*_readings(label["rest"], country), *readings]
    return tuple(dict.fromkeys(sorted(readings, key=_place)))


_CHECKS: Mapping[SubjectKind, Callable[[str], identifiers.Asked]] = {
    SubjectKind.USCC: identifiers.asked_uscc,
    SubjectKind.LEI: identifiers.asked_lei,
    SubjectKind.VAT: identifiers.asked_vat,
    SubjectKind.EUID: lambda text: identifiers.Asked(identifiers.checked_euid(text)),
}


def _as_identifier(text: str, country: str | None, kind: SubjectKind) -> tuple[Subject, ...]:
    """The one reading of an identifier of a known kind; none where the text cannot be one."""
    if kind is SubjectKind.REGISTRATION_NUMBER:
        if country is None:
            return ()
        is_right = identifiers.company_number_is_right(country, text)
        return (Subject(kind, text, country, is_right is False, is_checked=is_right is not None),)
    read = _or_none(_CHECKS[kind], text)
    return () if read is None else (_subject(kind, read),)


def _subject(kind: SubjectKind, asked: identifiers.Asked) -> Subject:
    return Subject(kind, asked.value, has_failed_check=asked.has_failed_check, letters=asked.letters)


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
    uscc = _or_none(identifiers.asked_uscc, text)
    if uscc is not None:
        yield _subject(SubjectKind.USCC, uscc)
    lei = _or_none(identifiers.asked_lei, text)
    if lei is not None:
        yield _subject(SubjectKind.LEI, lei)
    vat = _or_none(identifiers.checked_vat, text)
    if vat is None and (mistyped := _or_none(identifiers.asked_vat, text)) is not None and is_number_like(text):
        yield Subject(SubjectKind.VAT, mistyped.value, has_failed_check=True)
    elif vat is None and country is not None and any(character.isdigit() for character in text):
        vat = _or_none(identifiers.checked_vat, country + text)
    if vat is not None:
        yield Subject(SubjectKind.VAT, vat)
    euid = _or_none(identifiers.checked_euid, text)
    if euid is not None and any(character.isdigit() for character in euid):
        yield Subject(SubjectKind.EUID, euid)
    if len(text) <= MAX_IN_A_NUMBER and not text.startswith("+"):
        yield Subject(SubjectKind.LICENCE_NUMBER, text)
        letters = {letter for run in _LIKE_DIGITS.findall(text) for letter in run if letter.isalpha()}
        if letters:
            read_as = _LIKE_DIGITS.sub(lambda run: run[0].translate(_DIGITS), text)
            yield Subject(SubjectKind.LICENCE_NUMBER, read_as, has_failed_check=True, letters="".join(sorted(letters)))
        if any(character.isdigit() for character in text):
            for place in dict.fromkeys((country, "CN")):
                if place is not None:
                    is_right = identifiers.company_number_is_right(place, text)
                    yield Subject(
                        SubjectKind.REGISTRATION_NUMBER, text, place, is_right is False, is_checked=is_right is not None
                    )
    if (miscounted := identifiers.miscounted_uscc(text)) is not None:
        yield Subject(SubjectKind.USCC, miscounted, has_failed_check=True)
    if any(character.isalpha() for character in text):
        yield Subject(SubjectKind.NAME, text)


_LIKE_DIGITS = re.compile(r"(?=[OoIl]{0,8}[0-9])[0-9Oo][0-9OoIl]{2,}")
_DIGITS = str.maketrans("OoIl", "0011")
"""Letters that are typed for the digits of a number; a number may begin with L."""


def _or_none(check: Callable[[str], Checked], text: str) -> Checked | None:
    try:
        return check(text)
    except ValueError:
        return None


class FactsReader(Protocol):
    """Finds the facts of one question, as `registry.verification.verdicts.queries.VerdictReader` does."""

    def facts(self, question: Question, now: datetime) -> VerdictFacts: ...


class ReadSubject(NamedTuple):
    """The reading of a text that counts, with its question, its facts and the verdict on them."""

    subject: Subject
    question: Question
    facts: VerdictFacts
    verdict: Verdict


def read_subject(
    reader: FactsReader,
    text: str,
    country: str | None,
    context: Mapping[str, Any],
    now: datetime,
    *,
    is_name: bool | None = None,
    scheme: IdentifierScheme | None = None,
) -> ReadSubject | None:
    """Look a text up by each of its readings, the most certain first, until one leads to an agency; give that one.

    `country` is where the job is, as far as the caller knows; `context` are the other fields of the question. `is_name`
    True reads the text as a name alone, False as a name only where nothing else can be read from it; `scheme` reads it as
    an identifier of that scheme alone. None where nothing can be read at all, as from a telephone number.
    """
    readings = guess(text, country, scheme)
    if is_name is not None:
        wanted = tuple(one for one in readings if (one.kind is SubjectKind.NAME) is is_name)
        readings = wanted if is_name else wanted or readings
    read: dict[Subject, ReadSubject] = {}
    for subject in readings:
        question = subject.question(**context)
        facts = reader.facts(question, now)
        verdict = decide(question, facts)
        read[subject] = ReadSubject(subject, question, facts, verdict)
        if leads_to_an_agency(verdict):
            break
    if scheme is not None:
        return next(iter(read.values()), None)
    choice = chosen([(one.subject, one.verdict) for one in read.values()])
    return None if choice is None else read[choice[0]]


def leads_to_an_agency(verdict: Verdict) -> bool:
    return verdict.agency is not None or bool(verdict.candidates)


def chosen(answers: Sequence[tuple[Subject, Verdict]]) -> tuple[Subject, Verdict] | None:
    """The answer that counts among the readings of one text: the first that leads to an agency.

    Where none does, a reading sure of its kind speaks, then a number of the form of the country's company numbers; a
    text that is mostly letters counts as a name, any other as a number.
    """
    for subject, verdict in answers:
        if leads_to_an_agency(verdict):
            return subject, verdict
    for subject, verdict in answers:
        if subject.kind in _CERTAIN:
            return subject, verdict
    for subject, verdict in answers:
        if subject.is_checked:
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
    """The kind of channel that a text looks like; by itself it names no agency."""
    tidy = identifiers.visible(text).strip()
    if _EMAIL.fullmatch(tidy):
        return ChannelKind.EMAIL
    if _WECHAT.fullmatch(tidy):
        return ChannelKind.WECHAT
    if _WEBSITE.fullmatch(tidy):
        return ChannelKind.WEBSITE
    if _PHONE.fullmatch(re.sub(r"[\s().\-\u2010-\u2015/]", "", tidy)):
        return ChannelKind.PHONE
    return None


_SURNAMES = (
    "王李张張刘劉陈陳杨楊黄黃赵趙吴吳周徐孙孫马馬朱胡郭何林高罗羅郑鄭梁谢謝宋唐许許韩韓冯馮邓鄧曹彭曾肖萧蕭田董潘袁蔡蒋蔣余于杜叶葉"
    "程魏苏蘇吕呂丁任卢盧姚沈钟鐘姜崔谭譚陆陸范汪廖石金韦韋贾賈夏付方邹鄒熊白孟秦邱侯江尹薛闫閆雷龙龍史陶贺賀毛郝顾顧龚龔邵万萬覃武钱錢戴严嚴莫孔"
)
_PERSON = re.compile(
    rf"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}|[\u4e00-\u9fff]{{1,3}}(?:老[板闆]|[总總]|哥|姐|叔|姨|经理|經理|先生|女士|小姐|老[师師]|[师師]傅|主任)|"
    r"[老小阿][\u4e00-\u9fff]{1,2}|"
    r"[\u4e00-\u9fff]{0,6}(?:老[乡鄉]|朋友|[亲親]戚|熟人|同[学學事乡鄉]|[邻鄰]居|蛇[头頭]|介[绍紹]人)(?:介[绍紹])?的?人?|"
    r"(?i:(?:mr|mrs|ms|sig|signor|signora)\.?[ ][^\d]{2,30})"
)
_COMPANY = re.compile(r"公司|集[团團]|中心|[劳勞][务務]|[国國][际際]|人力|派遣|中介|[厂廠]$|店$|社$|局$")


def is_person_like(text: str) -> bool:
    """Whether a text reads as a person's name or as people call one, such as 王老板: no company is found under it."""
    tidy = re.sub(
        r"[(\uff08\[\u3010][^()\uff08\uff09]{0,20}[)\uff09\]\u3011]$", "", identifiers.visible(text).strip()
    ).strip()
    return _PERSON.fullmatch(tidy) is not None and _COMPANY.search(tidy) is None


def is_identity_number(text: str) -> bool:
    """Whether it is a resident's identity number, at most mistyped: it should not be typed here and is never looked up."""
    return identifiers.is_like_resident_number("".join(identifiers.visible(text).upper().split()))
