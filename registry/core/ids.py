"""Public references: random, short, opaque, printable, with a check character.

Alphabet: the 31 characters `23456789ABCDEFGHJKMNPQRSTUVWXYZ` (no 0 1 I L O, which are misread). Thirty-one is prime, so a
weighted sum modulo 31 notices every single wrong character and every swap of two neighbours.
A reference is eleven random characters (31^11, 54 bits) and one check character c such that
sum(weight_i * value_i) = 0 modulo 31, with weights 2, 3, ..., 12 for the random characters and 1 for c.
It is shown as `XXXX-XXXX-XXXX` where people copy it, and read in any case, with or without hyphens and spaces.
"""

import secrets
import unicodedata
from collections.abc import Iterator
from operator import mul

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
LENGTH = 12
_VALUE = {character: value for value, character in enumerate(ALPHABET)}
_WEIGHTS = range(2, LENGTH + 1)
_UNEVEN = bytes(range(248, 256))
_CHARACTERS = bytes(ord(ALPHABET[byte % 31]) for byte in range(256))

LOT = 200_000
"""References that are drawn and sorted together at most, for imports: some fourteen megabytes."""


def check_character(body: str) -> str:
    """The character that completes the eleven of `body`."""
    total = sum(weight * _VALUE[character] for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % 31]


def new_reference() -> str:
    body = "".join(ALPHABET[byte % 31] for byte in _even_bytes(LENGTH - 1))
    return body + check_character(body)


def new_references(count: int) -> list[str]:
    """Many at once, for imports: one read of the system's randomness."""
    body = LENGTH - 1
    stock = _even_bytes(count * body)
    text = stock.translate(_CHARACTERS).decode()
    return [
        # A byte weighs as much as its character: both leave the same remainder.
        text[start : start + body] + ALPHABET[-sum(map(mul, _WEIGHTS, stock[start : start + body])) % 31]
        for start in range(0, count * body, body)
    ]


def references_in_order(count: int) -> Iterator[str]:
    """As many references as are taken, drawn and sorted in lots; `count` is how many will be wanted, by estimate.

    Rows that take one after another lie side by side in every index of references. In no order each would change another page
    of it.
    """
    lot = max(1, min(count, LOT))
    while True:
        yield from sorted(new_references(lot))


def _even_bytes(count: int) -> bytes:
    """Random bytes below 248 = 8 * 31, so that the remainder modulo 31 is even."""
    stored = b""
    while len(stored) < count:
        stored += secrets.token_bytes(count - len(stored) + 8).translate(None, _UNEVEN)
    return stored[:count]


def read_reference(text: str) -> str | None:
    """The reference that a person typed, in its stored form; None when it cannot be one."""
    tidy = unicodedata.normalize("NFKC", text).upper().replace("-", "").replace(" ", "")
    if len(tidy) != LENGTH or any(character not in _VALUE for character in tidy):
        return None
    return tidy if check_character(tidy[:-1]) == tidy[-1] else None
