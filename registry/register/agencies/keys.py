"""Lookup keys: what is printed on a paper, in the one form in which it is stored and asked for."""

import unicodedata

from registry.register.names.spelling import normalised, published_spelling
from registry.vocabulary.register import IdentifierScheme

LICENCE_NUMBER = "licence_number"
NAME = "name"

_DASHES = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc\uff0d"
_DROPPED = str.maketrans("", "", _DASHES + " \u3000\u00a0")


def number_key(text: str) -> str:
    """NFKC, upper case, without spaces, dashes and invisible characters. Slashes and dots stay: they tell numbers apart."""
    if text.isascii() and text.isprintable():
        # Most numbers: the rest of the rule has nothing to do for them.
        return text.upper().replace(" ", "").replace("-", "")[:400]
    return _visible(_folded(text).translate(_DROPPED))[:400]


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).upper()


def _visible(text: str) -> str:
    stored = "".join(character for character in text if unicodedata.category(character)[0] not in "CZ")
    # What was dropped, or upper case, may have left a mark beside its letter: composed again, a key is its own key.
    return unicodedata.normalize("NFKC", stored)


def identifier_key(scheme: IdentifierScheme, value: str, country: str | None = None) -> str:
    """A registration number is unique only within its country, so the country leads its key."""
    key = number_key(value)
    if scheme is IdentifierScheme.REGISTRATION_NUMBER:
        return f"{country or ''}:{key}"[:400]
    if scheme is IdentifierScheme.EUID:
        # EUIDs may hold dashes that tell numbers apart.
        return _visible(_folded(value))[:400]
    return key


def name_key(name: str) -> str:
    return normalised(name)[:400]


def published_name_key(name: str) -> str:
    """`name_key` of a name that is being published, read once for the key and the index of names."""
    return published_spelling(name).normal[:400]
