"""Spellings of one name: its normal form for comparison, and plainer forms as typed on a foreign keyboard."""

import re
import unicodedata
from collections.abc import Callable
from functools import cache, lru_cache
from typing import NamedTuple

import opencc

MAX_LENGTH = 400
"""Characters of a name that count; no registered name is longer, and a question may be."""
MAX_READ = 4 * MAX_LENGTH
"""Characters of a text that are looked at: invisible ones and punctuation among them vanish."""

# Letters by Unicode's definition that are invisible, and selectors that only choose a picture.
_UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u3164\uffa0\u2800") | {chr(c) for c in range(0xFE00, 0xFE10)}
_SEEMS_UNSEEN = re.compile(f"[{''.join(sorted(_UNSEEN))}]")
_INSIDE_WORDS = frozenset(".'\u2019\u2018`\u00b4\u02bc\u2032\u00b7")


def normalised(name: str) -> str:
    """NFKC, simplified from traditional, case folded, letters and digits alone, single spaces between words.

    At most `MAX_LENGTH` characters. Total: any text gives a result, an empty one where nothing can be compared. Diacritics
    stay, since they tell names apart; `folded` drops them.
    """
    text = name[:MAX_READ]
    if text.isascii():
        return " ".join(text.casefold().translate(_PLAIN).split())[:MAX_LENGTH].rstrip()
    if not text.isprintable() or _SEEMS_UNSEEN.search(text):
        # What is removed may have kept a letter and its accent apart, so it goes before they are composed, and again after.
        text = text.translate(_VISIBLE)
    text = _composed(_composed(text).casefold())
    if has_chinese(text):
        text = text.translate(simpler_characters())
    words = [word if word.isalnum() else word.translate(_SIGNIFICANT) for word in text.split()]
    return _composed(" ".join(" ".join(words).split()))[:MAX_LENGTH].rstrip()


class Spelling(NamedTuple):
    """A name's normal form and the plain letters of that."""

    normal: str
    plain: str


@lru_cache(1 << 12)
def published_spelling(name: str) -> Spelling:
    """The spelling of a name that is being published, kept while its batch is written.

    For publishing alone: what somebody asks for is never remembered.
    """
    normal = normalised(name)
    return Spelling(normal, folded(normal))


def folded(normal: str) -> str:
    """A normalised name in plain Latin and Chinese letters: no diacritics, Greek and Cyrillic transliterated.

    A word that mixes Latin with letters of another script that only look Latin is read as Latin.
    """
    if normal.isascii():
        return normal
    return " ".join(filter(None, map(_folded_word, normal.split())))


def squeezed(word: str) -> str:
    """A folded word in which umlauts spelled out and left out are one: "mueller" and "muller", "aarhus" and "arhus"."""
    for spelled, plain in (("ae", "a"), ("oe", "o"), ("ue", "u"), ("aa", "a")):
        if spelled in word:
            word = word.replace(spelled, plain)
    return word


def is_chinese(character: str) -> bool:
    return "\u3400" <= character <= "\u9fff" or "\U00020000" <= character <= "\U0003ffff" or character == "\u3007"


def has_chinese(text: str) -> bool:
    """Whether a text has a Chinese character (`is_chinese`)."""
    return not text.isascii() and _CHINESE.search(text) is not None


def is_all_chinese(text: str) -> bool:
    """Whether a text is Chinese characters alone (`is_chinese`), and has any."""
    return _ALL_CHINESE.fullmatch(text) is not None


_CHARACTER = "[\u3400-\u9fff\u3007\U00020000-\U0003ffff]"
_CHINESE, _ALL_CHINESE = re.compile(_CHARACTER), re.compile(f"{_CHARACTER}+")


def _composed(text: str) -> str:
    return unicodedata.normalize("NFKC", text)


def _visible(character: str) -> str:
    is_seen = character not in _UNSEEN and (unicodedata.category(character)[0] != "C" or character in "\t\n\r")
    return character if is_seen else ""


def _significant(character: str) -> str:
    """Punctuation parts words, except the dot and the apostrophe inside them."""
    if character.isalnum() and character not in _UNSEEN:
        return character
    category = unicodedata.category(character)
    # Marks without a composed letter: an accent in Latin, a vowel elsewhere.
    if category in ("Mn", "Mc") and character not in _UNSEEN:
        return character
    return "" if character in _INSIDE_WORDS or (category[0] == "C" and character not in "\t\n\r") else " "


_PLAIN = {code: _significant(chr(code)) for code in range(128)}


class _Table(dict[int, str]):
    """A table for `str.translate` of what a rule makes of each character, filled as characters are met."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        made = self._rule(chr(code))
        # Bounded: a million different characters would be asked only to fill memory.
        if len(self) < _MAX_CHARACTERS:
            self[code] = made
        return made


_MAX_CHARACTERS = 1 << 14
_VISIBLE, _SIGNIFICANT = _Table(_visible), _Table(_significant)


@cache
def simpler_characters() -> dict[int, str]:
    """Traditional to simplified, character by character, so that a part of a name is written as in the whole."""
    characters = [chr(code) for code in range(0x3400, 0xA000)]
    simple = opencc.OpenCC("t2s").convert("\n".join(characters)).split("\n")
    return {ord(old): new for old, new in zip(characters, simple, strict=True) if old != new}


_LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ß": "ss", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d", "ħ": "h", "ı": "i", "ŧ": "t",
     "ŋ": "n", "ĸ": "k", "ə": "e"}
)  # fmt: skip

# Transliterations as in passports and on road signs: Bulgaria's law of 2009, ELOT 743.
_CYRILLIC = dict(
    zip("абвгдежзийклмнопрстуфхцчшщъьюяыэёєіїўґјљњћџѓќѕ",
        "a b v g d e zh z i y k l m n o p r s t u f h ts ch sh sht a y yu ya y e e e i i u g j lj nj c dz g k dz".split(),
        strict=True)
)  # fmt: skip
_GREEK = dict(
    zip("αβγδεζηθικλμνξοπρσςτυφχψω",
        "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(),
        strict=True)
)  # fmt: skip
_GREEK_PAIRS = {"ου": "ou", "αυ": "av", "ευ": "ev", "γγ": "ng", "γξ": "nx", "γχ": "nch", "μπ": "b"}
_OTHER_SCRIPTS = str.maketrans(_CYRILLIC | _GREEK)

# Letters of other scripts that print like a Latin one (small letters, and capitals folded to small).
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁɡԛԝһαβεηικμνορτυχωζ", "abekmhopctyxijsdgqwhabenikmvoptyxwz"
)  # fmt: skip


@lru_cache(1 << 14)
def _folded_word(word: str) -> str:
    if word.isascii():
        return word
    bare = "".join(c for c in unicodedata.normalize("NFD", word) if unicodedata.category(c) != "Mn")
    scripts = {_script(character) for character in bare}
    if "latin" in scripts and scripts & {"cyrillic", "greek"}:
        bare = bare.translate(_LOOKALIKES)
    if "greek" in scripts:
        for pair, latin in _GREEK_PAIRS.items():
            bare = bare.replace(pair, latin)
    bare = bare.translate(_LETTERS).translate(_OTHER_SCRIPTS)
    return unicodedata.normalize("NFC", bare)


def is_disguised(given: str, name: str) -> bool:
    """Whether a text has letters of another script that are only there to look Latin, and the name it is like has none.

    No one types these by mistake; a Greek or Bulgarian name written in its own letters has none.
    """
    if given.isascii() or _disguises(given) <= _disguises(name):
        return False
    mixed = any(_disguises(word) and any("a" <= c <= "z" for c in word) for word in _composed(given).casefold().split())
    return mixed or lookalike(normalised(given)) is not None


def _disguises(text: str) -> frozenset[str]:
    scripts = {unicodedata.name(c, "").partition(" ")[0] for c in _composed(text) if not c.isascii()}
    return frozenset(scripts & {"CYRILLIC", "GREEK", "CHEROKEE", "ARMENIAN", "COPTIC", "LISU"})


def lookalike(normal: str) -> str | None:
    """A name all of whose letters look Latin and are not, as Latin: `сора` in Cyrillic reads "copa".

    None for others.
    """
    if normal.isascii():
        return None
    scripts = {_script(character) for character in normal if not character.isspace()}
    if scripts & {"cyrillic", "greek"} and "latin" not in scripts:
        read = normal.translate(_LOOKALIKES)
        return read if read.isascii() else None
    return None


@lru_cache(1 << 12)
def _script(character: str) -> str:
    if character.isascii():
        return "latin" if character.isalpha() else "other"
    code = ord(character)
    if 0x370 <= code < 0x400 or 0x1F00 <= code < 0x2000:
        return "greek"
    if 0x400 <= code < 0x530:
        return "cyrillic"
    if code < 0x250 or 0x1E00 <= code < 0x1F00:
        return "latin"
    return "other"


def letters(text: str) -> str:
    """The letters and digits of a text, without case, width, script variant, spacing and punctuation."""
    whole = text.encode("utf-8", "replace").decode()
    plain = _simplifier().convert(unicodedata.normalize("NFKC", whole)).casefold()
    return "".join(character for character in plain if character.isalnum())


@cache
def _simplifier() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")
