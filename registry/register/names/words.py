"""A name taken apart: its place, its own words, the words of its trade, its legal form."""

from collections.abc import Iterable, Iterator
from functools import cached_property, lru_cache
from itertools import groupby

from registry.register.names import pinyin, spelling
from registry.register.names.dictionary import Dictionary, Kind, Unit, dictionary

MAX_FORM = 9
"""Words of the longest legal form, abbreviations spaced out: `spol . s r . o .`."""
MAX_WORD = 4
"""Words of the longest place or trade word, counting each syllable of pinyin typed apart."""


class Parted:
    """A name without its legal forms, which stand apart in `forms` by what they are.

    What is read whenever two names are compared is worked out at once: names are taken apart to be compared.
    """

    def __init__(self, normal: str, units: tuple[Unit, ...], forms: tuple[str, ...]) -> None:
        self.normal = normal
        self.units = units
        self.forms = forms
        words = [unit.text for unit in units]
        self.words: list[str] = words
        self.body: str = "".join(words)
        """The name without legal forms and spaces."""
        self.is_chinese = spelling.has_chinese(self.body)
        self.letters = spelling.squeezed(self.body)
        """The body with umlauts spelled out and left out made one."""
        # Where the whole has no umlaut spelled out, no word has.
        self.sorted_letters = "".join(sorted(words if self.letters == self.body else map(spelling.squeezed, words)))
        """The letters by word in alphabetical order."""
        self.cores = tuple([unit for unit in units if unit.kind is _CORE])
        """The words of the name's own; none where it has only words of place and trade."""
        self.own_words: list[str] = [unit.text for unit in self.cores]
        self.meanings = frozenset([unit.means for unit in units])
        self.places = frozenset([unit.means for unit in units if unit.kind is _PLACE])

    @cached_property
    def spoken(self) -> str:
        """A Chinese name as it is commonly read, in pinyin."""
        return "".join([(pinyin.spellings(unit.text) or (unit.text,))[0] for unit in self.units])

    @property
    def own(self) -> tuple[Unit, ...]:
        """What is the name's own; where it has no word of its own, all that it has."""
        return self.cores or self.units

    @property
    def has_own_word(self) -> bool:
        return bool(self.cores)


_CORE, _PLACE = Kind.CORE, Kind.PLACE


@lru_cache(1 << 12)
def parted(name: str) -> Parted:
    """A name as its owner writes it, taken apart."""
    normal = spelling.normalised(name)
    return part_apart(normal, spelling.folded(normal))


@lru_cache(1 << 12)
def part_stored(name: str, plain: str) -> Parted:
    """A published name, taken apart by the plain letters that the index holds of it."""
    if len(plain) >= spelling.MAX_LENGTH:
        # The index holds no more of them.
        return parted(name)
    # Where nothing is folded, the normal form is the plain one.
    normal = plain if name == plain or name.isascii() else spelling.normalised(name)
    return part_apart(normal, plain)


def part_apart(normal: str, plain: str) -> Parted:
    """A name by its normalised form, read as the plain letters say."""
    units: list[Unit] = []
    forms: list[str] = []
    if not spelling.has_chinese(plain):
        units, forms = _latin_parts(plain.split())
    elif spelling.is_all_chinese(plain):
        units, forms = _chinese_parts(plain)
    else:
        for chinese, run in (
            groupby(plain.replace(" ", ""), key=spelling.is_chinese) if _is_spaced_out(plain) else _runs(plain)
        ):
            text = "".join(run)
            parts = _chinese_parts(text) if chinese else _latin_parts(text.split(), may_vanish=bool(units))
            units += parts[0]
            forms += parts[1]
    if forms and not units:
        # A form alone is no form of anything.
        return Parted(normal, (_own(plain),), ())
    return Parted(normal, tuple(_with_own(units)), tuple(forms))


def _own(text: str) -> Unit:
    return Unit(Kind.CORE, text if spelling.is_chinese(text[0]) else spelling.squeezed(text), text)


def _with_own(units: list[Unit]) -> list[Unit]:
    """Of two places without a word of the name's own between them and the trade, the second is that word."""
    if any(unit.kind is _CORE for unit in units):
        return units
    places = [at for at, unit in enumerate(units) if unit.kind is _PLACE]
    if len(places) > 1:
        units[places[1]] = _own(units[places[1]].text)
    return units


def _is_spaced_out(plain: str) -> bool:
    """Every character apart, as some forms print them."""
    return all(len(word) == 1 for word in plain.split())


def _runs(plain: str) -> Iterator[tuple[bool, Iterable[str]]]:
    """Chinese and other writing in turn; a space parts Chinese words, a Latin name keeps its own."""
    for word_is_chinese, words in groupby(
        plain.split(), key=lambda word: spelling.is_chinese(word[0]) and spelling.is_chinese(word[-1])
    ):
        if word_is_chinese:
            for word in words:
                yield from groupby(word, key=spelling.is_chinese)
        else:
            yield from groupby(" ".join(words), key=spelling.is_chinese)


def _chinese_parts(run: str) -> tuple[list[Unit], list[str]]:
    """Places from the start, then the rest from its end: so a name's own word is not cut where two words meet in it."""
    known = dictionary()
    units: list[Unit] = []
    start = 0
    while place := _known_at_start(run, start, known):
        units.append(place)
        start += len(place.text)
    rest: list[Unit] = []
    forms: list[str] = []
    end = own = len(run)
    while end > start:
        word = _known_at_end(run, start, end, known)
        if word is None:
            end -= 1
            continue
        if end < own:
            rest.append(_own(run[end:own]))
        end = own = end - len(word)
        if word in known.forms:
            forms.append(known.forms[word])
        else:
            rest.append(known.chinese[word])
    if start < own:
        rest.append(_own(run[start:own]))
    return units + rest[::-1], forms[::-1]


def _known_at_start(run: str, start: int, known: Dictionary) -> Unit | None:
    """A place, unless nothing or a single character would be left after it."""
    for length in known.places.get(run[start : start + 1], ()):
        word = known.chinese.get(run[start : start + length])
        if word is not None and word.kind is Kind.PLACE:
            return word
    return None


def _known_at_end(run: str, start: int, end: int, known: Dictionary) -> str | None:
    """A trade word or legal form; a place only behind other words, as in the name of a branch."""
    for length in known.ends.get(run[end - 1], ()):
        word = run[end - length : end]
        if end - length >= start and word in known.chinese_ends:
            return word
    return None


def _latin_parts(words: list[str], *, may_vanish: bool = False) -> tuple[list[Unit], list[str]]:
    """At least one word is left that is no legal form, unless others stand before these."""
    known = dictionary()
    words = _initials_joined(words)
    forms: list[str] = []
    start, end = 0, len(words)
    minimum = 0 if may_vanish else 1
    while (
        end - start > minimum
        and words[end - 1] in known.form_ends
        and (width := _form_width(words, minimum, end, known.forms, at_end=True))
    ):
        forms.insert(0, known.forms["".join(words[end - width : end])])
        end -= width
    while (
        end - start > 1
        and words[start] in known.leading_starts
        and (width := _form_width(words, start, end - 1, known.leading, at_end=False))
    ):
        forms.append(known.leading["".join(words[start : start + width])])
        start += width
    units: list[Unit] = []
    while start < end:
        longest = min(MAX_WORD, end - start) if words[start] in known.latin_starts else 0
        for width in range(longest, 0, -1):
            text = words[start] if width == 1 else "".join(words[start : start + width])
            unit = known.latin.get(text)
            if unit is not None:
                units.append(unit)
                break
        else:
            width = 1
            units.append(_own(words[start]))
        start += width
    return units, forms


def _form_width(words: list[str], start: int, end: int, forms: dict[str, str], *, at_end: bool) -> int:
    """How many of the words from `start` to `end` are a legal form at one end of them; 0 if none are."""
    for width in range(min(MAX_FORM, end - start), 0, -1):
        piece = words[end - width : end] if at_end else words[start : start + width]
        if "".join(piece) in forms:
            return width
    return 0


def _initials_joined(words: list[str]) -> list[str]:
    """`s r l` as one word, as it is when typed without spaces."""
    if sum([len(word) == 1 for word in words]) < 2:
        return words
    joined: list[str] = []
    before = ""
    for word in words:
        if len(before) == len(word) == 1:
            joined[-1] += word
        else:
            joined.append(word)
        before = word
    return joined
