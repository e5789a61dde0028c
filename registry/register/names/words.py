"""A name taken apart: its place, its own words, the words of its trade, its legal form."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property, lru_cache
from itertools import groupby

from registry.register.names import pinyin, spelling
from registry.register.names.dictionary import WEIGHTS, Dictionary, Kind, Unit, dictionary

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
        words: list[str] = []
        cores: list[Unit] = []
        own_words: list[str] = []
        meanings: list[str] = []
        places: list[str] = []
        for unit in units:
            kind, means, text = unit
            words.append(text)
            meanings.append(means)
            if kind is _CORE:
                cores.append(unit)
                own_words.append(text)
            elif kind is _PLACE:
                places.append(means)
        self.words = words
        self.body: str = "".join(words)
        """The name without legal forms and spaces."""
        self.is_chinese = spelling.has_chinese(self.body)
        self.letters = spelling.squeezed(self.body)
        """The body with umlauts spelled out and left out made one."""
        # Where the whole has no umlaut spelled out, no word has.
        self.sorted_letters = "".join(sorted(words if self.letters == self.body else map(spelling.squeezed, words)))
        """The letters by word in alphabetical order."""
        self.cores = cores
        """The words of the name's own; none where it has only words of place and trade."""
        self.own_words = own_words
        self.meanings = frozenset(meanings)
        self.places = frozenset(places) if places else _NOWHERE

    @cached_property
    def spoken(self) -> str:
        """A Chinese name as it is commonly read, in pinyin."""
        return "".join([(pinyin.spellings(unit.text) or (unit.text,))[0] for unit in self.units])

    @cached_property
    def known_weight(self) -> float:
        """How much the words count that are no words of its own."""
        return sum([WEIGHTS[unit.kind] for unit in self.units if unit.kind is not _CORE])

    @property
    def own(self) -> Sequence[Unit]:
        """What is the name's own; where it has no word of its own, all that it has."""
        return self.cores or self.units

    @property
    def has_own_word(self) -> bool:
        return bool(self.cores)


_CORE, _PLACE = Kind.CORE, Kind.PLACE
_NOWHERE: frozenset[str] = frozenset()


@lru_cache(1 << 12)
def parted(name: str) -> Parted:
    """A name as its owner writes it, taken apart."""
    normal = spelling.normalised(name)
    return part_apart(normal, spelling.folded(normal))


def part_stored(name: str, plain: str) -> Parted:
    """A published name, taken apart by the plain letters that the index holds of it.

    Not remembered from one search to the next: few names come again soon, and to drop old ones from a memory costs more.
    """
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
    return Unit(_CORE, text if spelling.is_chinese(text[0]) else spelling.squeezed(text), text)


def _with_own(units: list[Unit]) -> list[Unit]:
    """Of two places without a word of the name's own between them and the trade, the second is that word."""
    for unit in units:
        if unit.kind is _CORE:
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
        # Most characters of a name's own word end no known one.
        word = _known_at_end(run, start, end, known) if run[end - 1] in known.ends else None
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
    for length in known.ends[run[end - 1]]:
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
    while width := _form_at_end(words[minimum:end], known):
        forms.insert(0, known.forms["".join(words[end - width : end])])
        end -= width
    while width := _form_at_start(words[start : end - 1], known):
        forms.append(known.leading["".join(words[start : start + width])])
        start += width
    units: list[Unit] = []
    while start < end:
        text, unit, width = "", None, 1
        for place in range(start, min(start + MAX_WORD, end)):
            text += words[place]
            if text not in known.latin_starts:
                break
            if text in known.latin:
                unit, width = known.latin[text], place + 1 - start
        units.append(_own(words[start]) if unit is None else unit)
        start += width
    return units, forms


def _form_at_end(words: list[str], known: Dictionary) -> int:
    """How many of the last words are a legal form, as many as can be; 0 if none are."""
    text, width = "", 0
    for count, word in enumerate(reversed(words[-MAX_FORM:]), 1):
        text = word + text
        if text not in known.form_ends:
            break
        if text in known.forms:
            width = count
    return width


def _form_at_start(words: list[str], known: Dictionary) -> int:
    """How many of the first words are a legal form that may lead, as many as can be; 0 if none are."""
    text, width = "", 0
    for count, word in enumerate(words[:MAX_FORM], 1):
        text += word
        if text not in known.leading_starts:
            break
        if text in known.leading:
            width = count
    return width


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
