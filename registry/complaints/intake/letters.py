"""A text as its letters and digits alone, so that two texts are compared by what they say. Pure."""

import unicodedata
from functools import cache

import opencc


def letters(text: str) -> str:
    """The letters and digits of a text, without case, width, script variant, spacing and punctuation."""
    whole = text.encode("utf-8", "replace").decode()
    plain = _simplifier().convert(unicodedata.normalize("NFKC", whole)).casefold()
    return "".join(character for character in plain if character.isalnum())


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
