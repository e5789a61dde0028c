"""Variants of a name in a question: as it stands, and as it may be meant."""

from collections.abc import Iterator
from itertools import groupby

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from registry.register.names import pinyin
from registry.register.names.dictionary import Dictionary, Kind, dictionary, single_forms
from registry.register.names.spelling import folded, lookalike, normalised
from registry.register.names.words import Parted, part_apart

LONG = 8
"""Letters of a word that may be two, run together."""
MAX_UNITS = 24
"""Parts of a question that count: no name has more, and each costs a comparison with every part of every candidate."""


def query_variants(text: str) -> list[Parted]:
    """Variants of a name in a question: as it stands, and as it may be meant. Empty when nothing can be compared."""
    # Not by `parted`, which caches: for privacy the text of a question is not remembered, though single words of it are for a
    # while, among those of published names.
    normal = normalised(text)
    plain = part_apart(normal, folded(normal))
    if not plain.units:
        return []
    found = [plain]
    if not plain.is_chinese:
        found += [part_apart(plain.normal, other) for other in _meant(plain)]
    short = [_shortened(reading) for reading in found if reading.units]
    return list({(reading.units, reading.forms): reading for reading in short}.values())


def _shortened(reading: Parted) -> Parted:
    if len(reading.units) <= MAX_UNITS:
        return reading
    return Parted(reading.normal, reading.units[:MAX_UNITS], reading.forms)


def _meant(plain: Parted) -> Iterator[str]:
    """What may be meant: joined or split pinyin, joined words, a misspelt legal form, letters that only look Latin."""
    words = plain.words
    if any(len(word) >= LONG for word in words):
        yield " ".join(
            part for word in words for part in (_cut(word, is_spoken=False) if len(word) >= LONG else (word,))
        )
    # What looks like a legal form may be the first syllable.
    letters = pinyin.untyped(folded(plain.normal).replace(" ", ""))
    if pinyin.is_pinyin(letters):
        for place in (*_places_at_start(letters), ""):
            cut = _cut(letters[len(place) :], is_spoken=True, places=1 if place else 0)
            yield f"{place} {' '.join(cut)}"
            if len(cut) > 1:
                # A second place may be the name's own word.
                yield f"{place} {' '.join(_cut(letters[len(place) :], is_spoken=True, places=0))}"
    else:
        yield from _syllables_joined(folded(plain.normal).split())
    if len(words) > 1 and 3 <= len(words[-1]) <= 9 and not plain.forms:
        slip = extractOne(words[-1], single_forms(), scorer=OSA.distance, score_cutoff=1)
        if slip is not None:
            yield " ".join((*words[:-1], slip[0]))
    resembled = lookalike(plain.normal)
    if resembled:
        yield resembled


def _syllables_joined(words: list[str]) -> Iterator[str]:
    """Pinyin syllable by syllable among words of another language: `qing dao yun die co ltd`."""
    runs = [
        (is_spoken, list(run))
        for is_spoken, run in groupby(words, key=lambda word: pinyin.is_pinyin(pinyin.untyped(word)))
    ]
    if any(is_spoken and len(run) > 1 for is_spoken, run in runs):
        yield " ".join(
            part
            for is_spoken, run in runs
            for part in (_cut(pinyin.untyped("".join(run)), is_spoken=True) if is_spoken and len(run) > 1 else run)
        )


def _cut(letters: str, *, is_spoken: bool, places: int = 2) -> list[str]:
    """Known words at both ends of a run of letters, and what is left between them; `is_spoken` if it is pinyin."""
    known = dictionary()
    head: list[str] = []
    tail: list[str] = []
    while len(head) < places and (start := _known_start(letters, known, is_spoken)):
        head.append(start)
        letters = letters[len(start) :]
    while end := _known_end(letters, known, is_spoken):
        tail.insert(0, end)
        letters = letters[: -len(end)]
    return [*head, letters, *tail]


def _places_at_start(letters: str) -> list[str]:
    """Places with which pinyin may begin: xianyang is 咸阳, or 西安 and a word that begins with yang."""
    pieces = (letters[:length] for length in range(4, min(20, len(letters) - 1)))
    known = dictionary().latin
    return [piece for piece in pieces if piece in known and pinyin.is_pinyin(letters[len(piece) :])]


def _known_start(letters: str, known: Dictionary, is_spoken: bool) -> str | None:
    for length in range(min(20, len(letters) - 1), 3, -1):
        if letters[:length] in known.latin and (not is_spoken or pinyin.is_pinyin(letters[length:])):
            return letters[:length]
    return None


def _known_end(letters: str, known: Dictionary, is_spoken: bool) -> str | None:
    """Of pinyin no place: the last syllables of a name's own word often sound like one."""
    for length in range(min(24, len(letters) - 1), 3, -1):
        end = letters[-length:]
        is_word = end in known.forms or (end in known.latin and not (is_spoken and known.latin[end].kind is Kind.PLACE))
        if is_word and (not is_spoken or pinyin.is_pinyin(letters[:-length])):
            return end
    return None
