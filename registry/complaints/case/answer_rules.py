"""Reads one answer as it was typed, leniently: full-width digits, spaces, 3万5, 三万, 1.500,50 and 800欧元 are normal on a phone.

Errors never repeat what was typed.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from registry.complaints.case import questions
from registry.complaints.case.questions import Kind, Question
from registry.core.errors import Fault, InvalidInput
from registry.core.ids import read_reference
from registry.vocabulary import fees, register
from registry.vocabulary.codes import Problem

MAX_TYPED = 60
_HIGHEST = Decimal(10**12)

_AS_DIGITS = str.maketrans("零〇一二两兩俩三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖", "00122223456789122334566789")
_AS_UNITS = str.maketrans("拾佰仟萬億kw", "十百千万亿千万")
_UNITS = (("亿", 10**8), ("万", 10**4), ("千", 1000), ("百", 100), ("十", 10))
_UNIT_LETTERS = "零〇一二两兩俩三四五六七八九十百千万萬亿億kwKW"
_AROUND = r"大概|大约|大約|差不多|左右|约|約|多|整|块钱|块|塊|/月|每月|about|circa|around|per month|al mese|ca\.|~"
_BEFORE, _AFTER = re.compile(rf"^(?:{_AROUND}| )+"), re.compile(rf"(?:{_AROUND}| )+$")
_NUMBER = re.compile(r"[0-9]+(?:[.,'\u2019][0-9]+)*")
_WORD = re.compile(r"[^\W\d_]+|[€$¥£]")

_CURRENCY_WORDS = fees.CURRENCY_SPELLINGS | {
    **dict.fromkeys(("块", "塊", "块钱", "塊錢", "元人民币", "元人民幣", "人民币元"), "CNY"),
    **dict.fromkeys(("EUROS", "欧", "歐"), "EUR"),
    **dict.fromkeys(("美元", "美金"), "USD"),
    **dict.fromkeys(("港币", "港幣", "港元"), "HKD"),
    **dict.fromkeys(("英镑", "英鎊", "£"), "GBP"),
    **dict.fromkeys(("克朗", "捷克克朗", "KČ"), "CZK"),
    **dict.fromkeys(("兹罗提", "茲羅提", "ZŁ"), "PLN"),
    **dict.fromkeys(("福林", "FT"), "HUF"),
    **dict.fromkeys(("列伊", "LEI"), "RON"),
}


def folded(text: str) -> str:
    """NFKC, without what cannot be seen, one space between words."""
    stored = "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")
    return " ".join(stored.split())


def read_currency(text: str) -> str | None:
    """The ISO 4217 code that was meant; None when it is none in use."""
    word = folded(text).upper()
    return word if word in fees.CURRENCIES else _CURRENCY_WORDS.get(word)


def read_sum(text: str) -> tuple[Decimal, str | None] | None:
    """The amount, to two places, and the currency if it was typed beside it. None when it cannot be told.

    A comma or point before exactly three digits parts thousands, for no sum has three decimals.
    """
    plain, currency = _without_currency(folded(text))
    amount = read_number(plain)
    if amount is None or amount != amount.quantize(Decimal("0.01")):
        return None
    return amount, currency


def _without_currency(text: str) -> tuple[str, str | None]:
    for match in _WORD.finditer(text):
        for word in (match[0], match[0].lstrip(_UNIT_LETTERS)):
            found = read_currency(word) if word else None
            if found is not None:
                return f"{text[: match.end() - len(word)]}{text[match.end() :]}".strip(), found
    return text, None


def read_number(text: str) -> Decimal | None:
    """A number of zero or more, below a million million; None when it is none."""
    plain = folded(text).lower()
    if len(plain) > MAX_TYPED:
        return None
    plain = _AFTER.sub("", _BEFORE.sub("", plain)).replace(" ", "")
    value = _with_units(plain.translate(_AS_DIGITS).translate(_AS_UNITS))
    return value if value is not None and value < _HIGHEST else None


def _with_units(text: str) -> Decimal | None:
    """`3万5` is 35000: a single digit after a unit counts a tenth of it."""
    for unit, size in _UNITS:
        head, sign, tail = text.partition(unit)
        if not sign:
            continue
        count = _with_units(head) if head else Decimal(1)
        is_short = len(tail) == 1 and tail.isdigit() and size > 10
        rest = Decimal(int(tail) * size // 10) if is_short else _with_units(tail) if tail else Decimal(0)
        return None if count is None or rest is None or rest >= size else count * size + rest
    return _plain(text) if _NUMBER.fullmatch(text) else None


def _plain(text: str) -> Decimal | None:
    groups = re.split(r"[.,'\u2019]", text)
    marks = re.findall(r"[.,'\u2019]", text)
    if not marks:
        return Decimal(text)
    has_cents = len(groups[-1]) != 3
    whole = groups[:-1] if has_cents else groups
    if any(len(group) != 3 for group in whole[1:]) or (len(whole) > 1 and len(whole[0]) > 3):
        return None
    if has_cents and len(marks) > 1 and marks[-1] in marks[:-1]:
        return None
    try:
        return Decimal("".join(whole) + (f".{groups[-1]}" if has_cents else ""))
    except InvalidOperation:
        return None


ANSWERED_COUNTRIES = register.EU_STATES | register.SENDING_COUNTRIES
OTHER = "other"

_YES = frozenset("yes y true 1 si sì on 是 是的 有 对 對".split())
_NO = frozenset("no n false 0 否 不 不是 没有 沒有 无 無".split())
_DONT_KNOW = frozenset("dont_know unknown 不知道 不清楚 non_so".split())
_MISTAKEN_COUNTRIES = {"EL": "GR"}
_UNIT = re.compile(
    r"(?P<half>[个個]?半)?[个個]?(?:小时|小時|钟头|鐘頭|月|人|h|hours?|ore|months?|mes[ei]|persone|people)(?P<and_half>半)?$",
    re.IGNORECASE,
)
_RANGE = re.compile(r"[-–~～到至]+")
_MONTHS = (
    re.compile(r"(?P<year>[0-9]{4})(?:[-/.年 ]+(?P<month>[0-9]{1,2}))?[月年]?"),
    re.compile(r"(?P<month>[0-9]{1,2})[-/. ]+(?P<year>[0-9]{4})"),
)


def read_answer(question: Question, raw: Any) -> Any:
    """The answer's value, in the shape of the question's kind; None when nothing was answered, which every question allows.

    Raises InvalidInput with the field (`contact.address` for a part of an answer), a code and what to do.
    """
    if raw is None or (isinstance(raw, str | list | tuple | dict) and not raw):
        return None
    if isinstance(raw, str) and question.kind is not Kind.TEXT:
        if not folded(raw):
            return None
        if (unsaid := _is_empty(raw)) is not None:
            return unsaid
    return _READERS[question.kind](question, raw)


def read_answers(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Several answers by their questions' codes; those given empty are None, to be forgotten. All faults at once."""
    answers: dict[str, Any] = {}
    faults: list[Fault] = []
    for code, value in raw.items():
        question = questions.QUESTIONNAIRE.by_code.get(code)
        if question is None:
            # The code itself may hold anything, so it is not repeated.
            faults.append(Fault.of("answers", Problem.UNKNOWN_FIELD, "unknown_question"))
            continue
        try:
            answers[code] = read_answer(question, value)
        except InvalidInput as error:
            faults.extend(error.faults)
    if faults:
        raise InvalidInput(faults)
    return answers


def _refuse(field: str, code: Problem, detail: str) -> NoReturn:
    raise InvalidInput([Fault(field, code, detail)])


def _is_empty(raw: str) -> str | None:
    word = folded(raw).lower().replace(" ", "_").replace("'", "")
    if word in _DONT_KNOW:
        return questions.DONT_KNOW
    return questions.RATHER_NOT_SAY if word == questions.RATHER_NOT_SAY else None


def _yes_no(field: str, raw: Any) -> str:
    if isinstance(raw, bool):
        return questions.YES if raw else questions.NO
    word = folded(str(raw)).lower() if isinstance(raw, str | int) else ""
    if word in _YES:
        return questions.YES
    if word in _NO:
        return questions.NO
    _refuse(field, Problem.INVALID_VALUE, "must be yes, no, dont_know or rather_not_say")


def _option(field: str, options: tuple[str, ...], raw: Any) -> str:
    word = folded(raw).lower() if isinstance(raw, str) else ""
    if word in options:
        return word
    _refuse(field, Problem.INVALID_VALUE, f"must be one of {', '.join((*options, *questions.UNSAID))}")


def _many(question: Question, raw: Any) -> list[str] | str | None:
    given = list(raw) if isinstance(raw, list | tuple) else [raw]
    if len(given) > 2 * len(question.options):
        _refuse(question.code, Problem.TOO_MANY, f"must have at most {len(question.options)} of the options")
    unsaid = [word for one in given if isinstance(one, str) and (word := _is_empty(one))]
    stated = {
        _option(question.code, question.options, one)
        for one in given
        if not (isinstance(one, str) and (_is_empty(one) or not folded(one)))
    }
    # What was said counts, whatever else was ticked beside it.
    return [option for option in question.options if option in stated] or (unsaid[0] if unsaid else None)


def _words(field: str, raw: Any, max_length: int, *, is_long: bool = False) -> str | None:
    """Text as it was written, its line ends as \\n; of one line without what cannot be seen. None when it is blank."""
    if not isinstance(raw, str):
        _refuse(field, Problem.INVALID_VALUE, "must be text")
    text = raw.replace("\r\n", "\n").replace("\r", "\n").strip()
    # Counted as a form does: a line end is one character.
    if len(text) > max_length:
        _refuse(field, Problem.TOO_LONG, f"must have at most {max_length} characters; this has {len(text)}")
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in text):
        _refuse(field, Problem.CONTROL_CHARACTER, "holds a null or half of a surrogate pair; please type it anew")
    if is_long:
        return text or None
    visible = "".join(" " if c.isspace() else c for c in text if unicodedata.category(c) != "Cf" or c == "\u200d")
    if any(unicodedata.category(c) == "Cc" for c in visible):
        _refuse(field, Problem.CONTROL_CHARACTER, "holds a control character; please type it anew")
    return " ".join(visible.split()) or None


def _number(question: Question, raw: Any) -> int | float:
    """A whole number as int, another as float with the question's decimals."""
    number = _decimal(raw)
    if number is None:
        _refuse(question.code, Problem.INVALID_VALUE, "must be a number in digits, for example 12")
    if number > question.most:
        _refuse(question.code, Problem.INVALID_VALUE, f"must be a number from 0 to {question.most}")
    rounded = round(number, question.places)
    return int(rounded) if rounded == int(rounded) else float(rounded)


def _decimal(raw: Any) -> Decimal | None:
    if isinstance(raw, int | float) and not isinstance(raw, bool):
        return read_number(str(raw))
    return _typed_number(folded(raw)) if isinstance(raw, str) else None


def _typed_number(text: str) -> Decimal | None:
    """The number that was typed; of a range the higher end: 10-12 hours are read as twelve."""
    unit = _UNIT.search(text)
    bare = text[: unit.start()] if unit else text
    numbers = [read_number(end) for end in _RANGE.split(bare)]
    known = [number for number in numbers if number is not None]
    if len(known) != len(numbers) or not 1 <= len(known) <= 2:
        return None
    return max(known) + (Decimal("0.5") if unit and (unit["half"] or unit["and_half"]) else 0)


def _parts(question: Question, raw: Any, names: tuple[str, ...], main: str) -> dict[str, Any]:
    """The parts of a composed answer; text alone is its main part."""
    if isinstance(raw, str):
        return {main: raw}
    if not isinstance(raw, Mapping):
        _refuse(question.code, Problem.INVALID_VALUE, f"must be an object with {', '.join(names)}")
    if raw.keys() - set(names):
        _refuse(question.code, Problem.UNKNOWN_FIELD, f"may have {', '.join(names)} and nothing else")
    return {
        name: value
        for name, value in raw.items()
        if not (value is None or (isinstance(value, str) and not folded(value)))
    }


def _sum(question: Question, parts: dict[str, Any]) -> dict[str, str]:
    """Amount and currency. A currency alone says nothing: forms choose one beforehand."""
    if "amount" not in parts:
        return {}
    typed = parts["amount"]
    if isinstance(typed, int) and not isinstance(typed, bool):
        typed = str(typed)
    found = read_sum(typed) if isinstance(typed, str) else None
    if found is None:
        _refuse(
            f"{question.code}.amount",
            Problem.NOT_AN_AMOUNT,
            'must be a sum in digits as text, for example "30000" or "1500.50"',
        )
    amount, beside = found
    if not amount:
        _refuse(
            f"{question.code}.amount", Problem.NOT_AN_AMOUNT, "must be more than zero: leave it out if nothing was paid"
        )
    given = parts.get("currency")
    # What stands beside the sum was typed; the currency of a form was chosen beforehand.
    currency = beside or (read_currency(given) if isinstance(given, str) else None)
    if currency is None:
        code = Problem.MISSING if given is None else Problem.UNKNOWN_CURRENCY
        _refuse(f"{question.code}.currency", code, "must be a currency by its three letters, for example CNY or EUR")
    return {"amount": format(amount.normalize(), "f"), "currency": currency}


def _charge(question: Question, raw: Any) -> dict[str, str] | None:
    parts = _parts(question, raw, ("amount", "currency", "to", "receipt"), "amount")
    charge = _sum(question, parts)
    if "to" in parts:
        charge["to"] = _option(f"{question.code}.to", tuple(questions.PaidTo), parts["to"])
    if "receipt" in parts:
        receipt = parts["receipt"]
        unsaid = _is_empty(receipt) if isinstance(receipt, str) else None
        charge["receipt"] = unsaid or _yes_no(f"{question.code}.receipt", receipt)
    return charge or None


def _country(question: Question, raw: Any) -> str:
    word = folded(raw).upper() if isinstance(raw, str) else ""
    code = _MISTAKEN_COUNTRIES.get(word, word)
    if code in ANSWERED_COUNTRIES:
        return code
    if code == OTHER.upper():
        return OTHER
    _refuse(question.code, Problem.UNKNOWN_COUNTRY, "must be the two letters of an EU state or CN, or other")


def _sector(question: Question, raw: Any) -> str:
    word = folded(raw).lower() if isinstance(raw, str) else ""
    code = f"{word[:2]}.{word[2:].lstrip('. ')}" if word[:2].isdigit() else word
    if code in register.CORRIDOR_SECTORS or code == OTHER:
        return code
    _refuse(question.code, Problem.INVALID_VALUE, "must be one of the classes that /api/v1/sectors lists, or other")


def _agency(question: Question, raw: Any) -> dict[str, str] | None:
    parts = _parts(question, raw, ("agency_id", "name"), "name")
    agency: dict[str, str] = {}
    if "agency_id" in parts:
        reference = read_reference(parts["agency_id"]) if isinstance(parts["agency_id"], str) else None
        if reference is None:
            _refuse(
                f"{question.code}.agency_id", Problem.INVALID_ID, "is no id of an agency; look it up, or give its name"
            )
        agency["agency_id"] = reference
    name = _words(f"{question.code}.name", parts["name"], question.most) if "name" in parts else None
    if name:
        agency["name"] = name
    return agency or None


def _date_month(question: Question, raw: Any) -> str:
    """YYYY-MM, or YYYY where the month was not given."""
    text = folded(raw) if isinstance(raw, str) else str(raw) if isinstance(raw, int) else ""
    for pattern in _MONTHS:
        match = pattern.fullmatch(text)
        if match and 1950 <= int(match["year"]) <= 2100 and (match["month"] is None or 1 <= int(match["month"]) <= 12):
            return match["year"] if match["month"] is None else f"{match['year']}-{int(match['month']):02}"
    _refuse(question.code, Problem.NOT_A_DATE, "must be a month or a year, for example 2026-03 or 2026")


def _contact(question: Question, raw: Any) -> dict[str, str] | None:
    parts = _parts(question, raw, ("how", "address"), "address")
    address = _words(f"{question.code}.address", parts["address"], question.most) if "address" in parts else None
    if address is None:
        return None
    how = _option(f"{question.code}.how", question.options, parts["how"]) if "how" in parts else _way_of(address)
    return {"how": how, "address": address}


def _way_of(address: str) -> str:
    if "@" in address:
        return "email"
    return "phone" if re.fullmatch(r"\+?[0-9 ()/-]{6,}", folded(address)) else OTHER


_READERS: dict[Kind, Callable[[Question, Any], Any]] = {
    Kind.YES_NO: lambda question, raw: _yes_no(question.code, raw),
    Kind.CHOICE: lambda question, raw: _option(question.code, question.options, raw),
    Kind.MANY: _many,
    Kind.TEXT: lambda question, raw: _words(question.code, raw, question.most, is_long=question.is_long),
    Kind.NUMBER: _number,
    Kind.MONEY: lambda question, raw: _sum(question, _parts(question, raw, ("amount", "currency"), "amount")) or None,
    Kind.CHARGE: _charge,
    Kind.COUNTRY: _country,
    Kind.SECTOR: _sector,
    Kind.AGENCY: _agency,
    Kind.DATE_MONTH: _date_month,
    Kind.CONTACT: _contact,
}
