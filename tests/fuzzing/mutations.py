"""Changes a sound file as its seed says, so that what a test found is found again."""

import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable

HUGE = (b"99999999999", b"4294967296", b"2147483647", b"-1", b"0", b"1e308", b"65536", b"NaN", b"9" * 400)
_NUMBER = re.compile(rb"\d+")
_TAG = re.compile(rb"<[^<>]{1,200}>")

Change = Callable[[random.Random, bytes], bytes]


def mutated(body: bytes, seed: str) -> bytes:
    """The file with one to four changes. Of an archive, most are within its parts, which are packed anew."""
    chance = random.Random(seed)
    for _ in range(chance.randint(1, 4)):
        is_archive = body.startswith(b"PK\x03\x04")
        change = _change_part if is_archive and chance.random() < 0.7 else _of_bytes(chance, body)
        body = change(chance, body)
    return body


def _of_bytes(chance: random.Random, body: bytes) -> Change:
    changes = [flip, overwrite, cut_out, repeat, cut_off]
    if b"<" in body[:100] or not body[:1000].translate(None, bytes(range(32, 127)) + b"\r\n\t"):
        changes += [enlarge, enlarge, repeat_tag, drop_tag, nest]
    elif body.startswith(b"%PDF"):
        changes += [enlarge, enlarge]
    return chance.choice(changes)


def flip(chance: random.Random, body: bytes) -> bytes:
    """Some bits turned over."""
    made = bytearray(body)
    for _ in range(chance.randint(1, 8) if made else 0):
        made[chance.randrange(len(made))] ^= 1 << chance.randrange(8)
    return bytes(made)


def overwrite(chance: random.Random, body: bytes) -> bytes:
    """A few bytes with those that lengths and counts go wrong by."""
    at = chance.randrange(len(body) + 1)
    put = chance.choice((b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff", b"\x80\0\0\0", chance.randbytes(4)))
    return body[:at] + put + body[at + len(put) :]


def cut_out(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    return body[:at] + body[at + chance.randint(1, 64) :]


def repeat(chance: random.Random, body: bytes) -> bytes:
    at = chance.randrange(len(body) + 1)
    piece = body[at : at + chance.randint(1, 256)]
    return body[:at] + piece * chance.choice((2, 3, 50)) + body[at:]


def cut_off(chance: random.Random, body: bytes) -> bytes:
    return body[: chance.randrange(len(body) + 1)]


def enlarge(chance: random.Random, body: bytes) -> bytes:
    """A number that stands there in digits becomes one that no reader expects."""
    return _replaced(chance, body, _NUMBER, lambda _found: chance.choice(HUGE))


def repeat_tag(chance: random.Random, body: bytes) -> bytes:
    return _replaced(chance, body, _TAG, lambda found: found * chance.choice((2, 3, 200)))


def drop_tag(chance: random.Random, body: bytes) -> bytes:
    return _replaced(chance, body, _TAG, lambda _found: b"")


def nest(chance: random.Random, body: bytes) -> bytes:
    """One tag begun again and again, as deep as readers seldom go."""
    depth = chance.choice((100, 1_000, 10_000))
    return _replaced(chance, body, _TAG, lambda found: found * depth)


def _replaced(chance: random.Random, body: bytes, pattern: re.Pattern[bytes], by: Callable[[bytes], bytes]) -> bytes:
    found = list(pattern.finditer(body))
    if not found:
        return flip(chance, body)
    one = chance.choice(found)
    return body[: one.start()] + by(one[0]) + body[one.end() :]


def _change_part(chance: random.Random, body: bytes) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            parts = {name: archive.read(name) for name in archive.namelist()}
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError):
        return flip(chance, body)
    if not parts:
        return flip(chance, body)
    # Where the rows are, for the most part.
    rich = [name for name in parts if re.search(r"sheet\d|sharedStrings|styles|content|document\.xml$", name)]
    name = chance.choice(rich if rich and chance.random() < 0.8 else list(parts))
    match chance.randrange(12):
        case 0:
            del parts[name]
        case 1:
            parts[name] = parts[chance.choice(list(parts))]
        case _:
            parts[name] = _of_bytes(chance, parts[name])(chance, parts[name])
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, content in parts.items():
            # By this part, which is never packed, OpenDocument is known.
            archive.writestr(part, content, zipfile.ZIP_STORED if part == "mimetype" else None)
    return made.getvalue()
