"""Fields of payloads. What comes in is folded (NFKC, spaces, letter case) before it is judged; errors carry a code."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, TypeVar

import marshmallow
from marshmallow import fields

from registry.vocabulary.codes import Problem

Value = TypeVar("Value")

_PLAIN = re.compile(r"[!-~\u00c0-\u017f\u4e00-\u9fff]+(?: [!-~\u00c0-\u017f\u4e00-\u9fff]+)*")
"""Text in which there is nothing to fold: most of what is sent."""

_SPACES = str.maketrans(dict.fromkeys("\t\n\r\x0b\x0c\x85\xa0\u2028\u2029\u3000", " "))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:[0-9]{2})"
)


class Coded(str):
    """What is wrong, in words, with the code that the answer will carry."""

    code: Problem

    def __new__(cls, code: Problem, detail: str) -> "Coded":
        text = super().__new__(cls, detail)
        text.code = code
        return text


class Fault(marshmallow.ValidationError):
    """What a field raises, with its code."""

    def __init__(self, code: Problem, detail: str) -> None:
        # In a list, because marshmallow formats bare strings, and forgets what they carry.
        super().__init__([Coded(code, detail)])


ABSENT: dict[str, Any] = {
    "required": [Coded(Problem.MISSING, "is missing")],
    "null": [Coded(Problem.INVALID_VALUE, "must not be null: leave it out instead")],
}


def stated(about: str, more: Mapping[str, Any]) -> dict[str, Any]:
    """What a field is made with: `more`, where what it is, an `example` and its `default` are metadata for the documentation."""
    told = {"description": about} if about else {}
    told |= {name: more[name] for name in _TOLD if name in more}
    kept = {name: value for name, value in more.items() if name not in _TOLD}
    return kept | {"metadata": told | more.get("metadata", {})}


_TOLD = ("example", "default")


class Sent(fields.Field[Value]):
    """A field of a question or a body; `about` tells the documentation what it is.

    It reads a text at once where nothing else is to look at it: marshmallow would make an object for each value to run its
    validators, of which there are none as a rule.
    """

    default_error_messages = ABSENT

    def __init__(self, about: str = "", **more: Any) -> None:
        super().__init__(**stated(about, more))

    def deserialize(
        self, value: Any, attr: str | None = None, data: Mapping[str, Any] | None = None, **kwargs: Any
    ) -> Value:
        if isinstance(value, str) and not (self.validators or self.pre_load or self.post_load):
            loaded: Value = self._deserialize(value, attr, data, **kwargs)
        else:
            loaded = super().deserialize(value, attr, data, **kwargs)
        return loaded


class Line(Sent[str]):
    """One line of text of at most `max_length` characters.

    Zero-width and direction marks are left out; control characters refuse it.

    `tidy` folds what is left, and may raise ValueError to refuse it with `code`; `expected` words a `pattern` that does
    not fit.
    """

    def __init__(
        self,
        about: str = "",
        *,
        max_length: int,
        tidy: Callable[[str], str] | None = None,
        pattern: str | None = None,
        code: Problem = Problem.INVALID_VALUE,
        expected: str = "",
        **more: Any,
    ) -> None:
        super().__init__(about, **more)
        self.max_length = max_length
        self.tidy = tidy
        self.pattern = re.compile(pattern) if pattern else None
        self.code = code
        self.expected = expected

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = line(value, self.max_length)
        if self.tidy is not None:
            try:
                text = self.tidy(text)
            except ValueError as error:
                raise Fault(self.code, str(error)) from None
        if self.pattern is not None and not self.pattern.fullmatch(text):
            raise Fault(self.code, self.expected)
        return text


def line(value: Any, max_length: int) -> str:
    """Text without what must not be in it; Fault when it is no text, empty, too long, or holds control characters."""
    if not isinstance(value, str):
        raise Fault(Problem.INVALID_VALUE, "must be text")
    if len(value) > max_length:
        raise Fault(Problem.TOO_LONG, f"must have at most {max_length} characters; this has {len(value)}")
    if _PLAIN.fullmatch(value):
        return value
    stored = []
    for character in value.translate(_SPACES):
        category = unicodedata.category(character)
        if category in ("Cc", "Cs"):
            raise Fault(
                Problem.CONTROL_CHARACTER, "holds a control character or half of a surrogate pair; please type it anew"
            )
        if category != "Cf":
            stored.append(character)
    folded = " ".join("".join(stored).split())
    if not folded:
        raise Fault(Problem.INVALID_VALUE, "is empty: leave it out, or give it a value")
    return folded


class Passage(Sent[str]):
    """Text of several lines, at most `max_length` characters, as it was written; halves of surrogate pairs refuse it."""

    def __init__(self, about: str = "", *, max_length: int, **more: Any) -> None:
        super().__init__(about, **more)
        self.max_length = max_length

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise Fault(Problem.INVALID_VALUE, "must be text")
        if len(value) > self.max_length:
            raise Fault(Problem.TOO_LONG, f"must have at most {self.max_length} characters; this has {len(value)}")
        if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in value):
            raise Fault(Problem.CONTROL_CHARACTER, "holds a null or half of a surrogate pair; please copy it anew")
        if not value.strip():
            raise Fault(Problem.INVALID_VALUE, "is empty: leave it out, or give it a value")
        return value


class Word(Sent[Any]):
    """One of a closed set of words, in any letter case. Gives the member when the set is a StrEnum."""

    def __init__(self, words: type[StrEnum] | Iterable[str], about: str = "", **more: Any) -> None:
        super().__init__(about, **more)
        self.kind = words if isinstance(words, type) else None
        self.words: dict[str, Any] = (
            {word.value: word for word in words} if isinstance(words, type) else {word: word for word in words}
        )
        self._folded = {word.lower(): member for word, member in self.words.items()}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = unicodedata.normalize("NFKC", line(value, 80)).lower()
        if text not in self._folded:
            raise Fault(Problem.INVALID_VALUE, f"must be one of {', '.join(self.words)}")
        return self._folded[text]


class Flag(Sent[bool]):
    """Yes or no: `1`, `true`, `0`, `false`, or a JSON boolean."""

    words: Mapping[str, bool] = {"1": True, "true": True, "0": False, "false": False}

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> bool:
        if isinstance(value, bool):
            return value
        if not isinstance(value, str) or value.strip().lower() not in self.words:
            raise Fault(Problem.INVALID_VALUE, "must be 1 or true, 0 or false")
        return self.words[value.strip().lower()]


class Token(Sent[str]):
    """Text that is read as it stands, whatever it holds: what is wrong with it, the answer says."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if not isinstance(value, str):
            raise Fault(Problem.INVALID_VALUE, "must be text")
        return value


class JsonObject(Sent[dict[str, Any]]):
    """A JSON object of at most `max_length` names; its values are passed on unchanged, as another reader checks them."""

    def __init__(self, about: str = "", *, max_length: int, **more: Any) -> None:
        super().__init__(about, **more)
        self.max_length = max_length

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any
    ) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise Fault(Problem.INVALID_VALUE, "must be a JSON object")
        if len(value) > self.max_length:
            raise Fault(Problem.TOO_MANY, f"must have at most {self.max_length} fields; this has {len(value)}")
        return value


COUNTRIES = frozenset(
    """
    AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ
    CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR
    GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP
    KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT
    MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA
    RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT
    TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW
    """.split()
)
"""Codes of ISO 3166-1 alpha-2 (official codes, November 2026)."""

OFTEN_MISTAKEN = {"EL": "GR", "UK": "GB", "EN": "GB", "SP": "ES"}
"""Codes that people write for a country and that are not its ISO code."""


class Country(Sent[str]):
    """A country by its two letters, ISO 3166-1, in any letter case."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        if isinstance(value, str) and value in COUNTRIES:
            return value
        code = unicodedata.normalize("NFKC", line(value, 40)).upper().strip()
        if code in COUNTRIES:
            return code
        meant = OFTEN_MISTAKEN.get(code)
        hint = f"; did you mean {meant}?" if meant else ", for example CN or IT"
        raise Fault(Problem.UNKNOWN_COUNTRY, f"must be a country's two letters by ISO 3166-1{hint}")


class Day(Sent[date]):
    """A day as YYYY-MM-DD, years 0001 to 9999."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> date:
        text = unicodedata.normalize("NFKC", line(value, 40))
        if not _DAY.fullmatch(text):
            raise Fault(Problem.NOT_A_DATE, "must be a day as YYYY-MM-DD, for example 2026-11-24")
        try:
            return date.fromisoformat(text)
        except ValueError:
            raise Fault(Problem.NOT_A_DATE, "there is no such day in the calendar") from None


class Moment(Sent[datetime]):
    """An instant as ISO 8601 with its offset, for example 2026-11-24T10:00:00Z. Gives UTC."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> datetime:
        text = unicodedata.normalize("NFKC", line(value, 60)).upper()
        if not _INSTANT.fullmatch(text):
            raise Fault(
                Problem.NOT_AN_INSTANT,
                "must be an instant with its offset, for example 2026-11-24T10:00:00Z; in a URL write + as %2B",
            )
        try:
            # Ten digits of a second are more than a clock here tells.
            return datetime.fromisoformat(re.sub(r"(\.[0-9]{6})[0-9]+", r"\1", text)).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Fault(Problem.NOT_AN_INSTANT, "there is no such instant") from None


class Count(Sent[int]):
    """A whole number from `minimum` to `maximum`."""

    def __init__(self, about: str = "", *, minimum: int, maximum: int, **more: Any) -> None:
        super().__init__(about, **more)
        self.minimum = minimum
        self.maximum = maximum

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        text = str(value) if type(value) is int else unicodedata.normalize("NFKC", line(value, 20))
        if not re.fullmatch(r"[0-9]{1,9}", text) or not self.minimum <= int(text) <= self.maximum:
            raise Fault(Problem.INVALID_VALUE, f"must be a whole number from {self.minimum} to {self.maximum}")
        return int(text)


class Instant(fields.DateTime):
    """An instant in an answer: UTC with a closing Z."""


class OneOf(fields.String):
    """A word of a closed set in an answer."""

    def __init__(self, words: type[StrEnum] | Iterable[str], **more: Any) -> None:
        super().__init__(**more)
        self.kind = words if isinstance(words, type) else None
        self.words = [word.value for word in words] if isinstance(words, type) else list(words)
