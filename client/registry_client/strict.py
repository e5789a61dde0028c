"""Readers that accept one form of everything and bound what they take: base64, JSON, zlib, instants."""

import base64
import binascii
import json
import re
import zlib
from datetime import UTC, date, datetime
from itertools import accumulate
from typing import Any

FILE_LIMIT = 20_000_000
"""Bytes of the largest file that is read."""
JSON_DEPTH = 32
"""Levels of nesting beyond which JSON is refused."""
SKEW = 300
"""Seconds by which two honest clocks may differ."""
LARGEST_INTEGER = 2**53 - 1
"""RFC 8785 has no larger ones."""


class Unreadable(Exception):
    """The input is none of what this program reads; the text says what is wrong and where."""


def lacks_extra(what: str, extra: str) -> Unreadable:
    """The error where a package is missing that only an extra of this one brings. The registry's client is on no index."""
    return Unreadable(
        f"{what} the extra `{extra}`: pip install './client[{extra}]' in the registry's source, or 'FILE.whl[{extra}]' with the "
        "client's wheel"
    )


class Refused(Exception):
    """What was read is not what the registry signs. `code` names a text in words.py."""

    def __init__(self, code: str, **values: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.values: dict[str, str | int] = dict(values)


def from_base64(text: object, what: str) -> bytes:
    """Standard alphabet with padding, in its only form. Raises Unreadable."""
    return _decoded(text, what, base64.b64decode, base64.b64encode, "base64")


def from_base64url(text: object, what: str) -> bytes:
    """URL alphabet without padding, in its only form. Raises Unreadable."""
    if isinstance(text, str) and "=" in text:
        raise Unreadable(f"{what}: base64url has no padding here")

    def decode(data: bytes, validate: bool) -> bytes:
        return base64.b64decode(data + b"=" * (-len(data) % 4), altchars=b"-_", validate=validate)

    return _decoded(text, what, decode, lambda data: base64.urlsafe_b64encode(data).rstrip(b"="), "base64url")


def to_base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def _decoded(text: object, what: str, decode: Any, encode: Any, name: str) -> bytes:
    if not isinstance(text, str):
        raise Unreadable(f"{what}: {name} text is expected here")
    try:
        data: bytes = decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise Unreadable(f"{what}: this is no {name}") from error
    # Unused bits of the last character could be changed without changing what is read.
    if encode(data) != text.encode("ascii"):
        raise Unreadable(f"{what}: this {name} is not in its usual form")
    return data


def read_json(data: bytes | str, what: str) -> Any:
    """JSON without duplicate names, floats or deep nesting. Raises Unreadable."""
    try:
        text = data if isinstance(data, str) else data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Unreadable(f"{what}: byte {error.start} is not UTF-8") from error
    _bound_depth(text, what)
    try:
        return json.loads(text, object_pairs_hook=_without_duplicates, parse_float=_no_float, parse_constant=_no_float)
    except json.JSONDecodeError as error:
        raise Unreadable(
            f"{what}: no JSON at line {error.lineno}, column {error.colno}: {error.msg.lower()}"
        ) from error
    except ValueError as error:
        raise Unreadable(f"{what}: {error}") from error


def read_object(data: bytes | str, what: str) -> dict[str, Any]:
    value = read_json(data, what)
    if not isinstance(value, dict):
        raise Unreadable(f"{what}: a JSON object is expected")
    return value


_BRACKETS = re.compile(r'(?:[^"\[\]{}]++|"(?:[^"\\]++|\\.?)*+(?:"|\Z))*+([\[\]{}]|\Z)', re.DOTALL)
"""Up to the next bracket that stands in no string, ended or not, or to the end: no text is scanned twice."""
_STEPS = {"[": 1, "{": 1, "]": -1, "}": -1, "": 0}


def _bound_depth(text: str, what: str) -> None:
    depths = accumulate(map(_STEPS.__getitem__, _BRACKETS.findall(text)))
    if max(depths, default=0) > JSON_DEPTH:
        raise Unreadable(f"{what}: nested more than {JSON_DEPTH} levels deep")


def _without_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name stands twice in one JSON object")
    return found


def _no_float(text: str) -> Any:
    raise ValueError(f"{text[:20]} is no whole number")


def canonical(value: Any) -> bytes:
    """RFC 8785 bytes of a value without floats whose names are ASCII."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode("utf-8", "surrogatepass")


def inflate(data: bytes, limit: int, what: str) -> bytes:
    """The whole of one zlib stream, at most `limit` bytes. Raises Unreadable."""
    stream = zlib.decompressobj()
    try:
        found = stream.decompress(data, limit + 1)
    except zlib.error as error:
        raise Unreadable(f"{what}: this is no zlib stream, or a damaged one") from error
    if len(found) > limit:
        raise Unreadable(f"{what}: inflates to more than {limit} bytes")
    if not stream.eof or stream.unused_data or stream.unconsumed_tail:
        raise Unreadable(f"{what}: the zlib stream is cut off or has something behind it")
    return found


def whole_number(value: object, what: str) -> int:
    """A JSON integer from 0 to 2^53 - 1. Raises Unreadable."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= LARGEST_INTEGER:
        raise Unreadable(f"{what}: a whole number from 0 is expected")
    return value


def text_of(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise Unreadable(f"{what}: text is expected")
    return value


def object_of(value: object, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise Unreadable(f"{what}: an object is expected")
    return value


def list_of(value: object, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise Unreadable(f"{what}: a list is expected")
    return value


LATEST_INSTANT = 253402300799
"""9999-12-31T23:59:59Z."""


def instant_of(value: object, what: str) -> int:
    """Whole seconds since 1970 within what a calendar holds. Raises Unreadable."""
    seconds = whole_number(value, what)
    if seconds > LATEST_INSTANT:
        raise Unreadable(f"{what}: an instant after the year 9999")
    return seconds


def instant_text(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")


def day_of(seconds: int) -> date:
    """The day in UTC."""
    return datetime.fromtimestamp(seconds, UTC).date()


def days_of(seconds: int) -> tuple[date, date]:
    """The days that it may be where an authority sits, which the log does not say: from UTC to UTC+8."""
    return day_of(seconds), day_of(seconds + 8 * 3600)


def parsed_day(value: object, what: str) -> date:
    """`YYYY-MM-DD`. Raises Unreadable."""
    try:
        if isinstance(value, str) and len(value) == 10:
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise Unreadable(f"{what}: a day like 2026-11-24 is expected")


def parsed_instant(text: object, what: str) -> int:
    """Whole seconds of `2026-11-24T10:00:00Z`, or of a day (its first instant in UTC). Raises Unreadable."""
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise Unreadable(f"{what}: an instant like 2026-11-24T10:00:00Z is expected") from error
    seconds = int((found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp())
    if not 0 <= seconds <= LATEST_INSTANT:
        raise Unreadable(f"{what}: an instant from 1970 to 9999 is expected")
    return seconds
