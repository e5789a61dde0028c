"""How near a registered name is to what was asked, and in what way."""

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from registry.register.names import pinyin
from registry.register.names.dictionary import WEIGHTS, Kind, Unit
from registry.register.names.query_variants import query_variants
from registry.register.names.spelling import folded, is_chinese, squeezed
from registry.register.names.words import Parted, parted
from registry.vocabulary.register import Likeness

FLOOR = 60.0
"""Names that score below this are not shown: a vague likeness is of no use."""
NEAR = 85.0
"""From here on two names can be taken for each other: they are shown together, with what tells them apart."""


SLIPS = frozenset({Likeness.CHARACTERS, Likeness.TYPING, Likeness.SIMILAR})
"""What is near by letters that differ, and by nothing else: a slip of the pen, or what an imitator changed."""


class Match(NamedTuple):
    """`score` is 0 to 100."""

    score: float
    how: Likeness


NONE = Match(0.0, Likeness.SIMILAR)

_ALL = 0.999
_NEARLY_ALL = 0.895
_HALF = 0.9
"""How much a half of a word of two halves is of the whole, and a word of another that sounds the same."""
_WRITTEN = 0.4
_SLIP = 80.0
"""How much of its letters a name shares with another at least that is the same with a slip, from 0 to 100."""
_ONE_SLIP, _OF_ONE_SLIP = 83.0, 82.0
_TAKEN_FOR = 85.5
_LIKE_LETTERS, _LIKE_CHARACTERS, _MAX_SLIPS = 0.8, 0.7, 2
_ANOTHER_PLACE = 10.0
_SAME_BRAND, _OF_SAME_BRAND, _BRAND_AT_MOST = 76.0, 10.0, 84.0
"""A name with the very own words asked for and other words of the trade: before one that shares the trade, never `NEAR`."""
_MIN_BRAND, _MIN_LATIN_BRAND = 2, 4
"""Characters or letters of own words that are few enough bearers' to count as a brand."""
_OTHER_TONES = 2.5
_TITLES = frozenset({"group"})
"""Words that people add to a brand though its name has none: 集团, 控股, Group, Holding."""
_UNSAID_TITLE = 0.01
_CORE, _PLACE = Kind.CORE, Kind.PLACE
_CORE_WEIGHT = WEIGHTS[_CORE]
_ROUNDING = 1e-6
"""More than two ways of adding up the same weights can differ by."""


def score(query: str, name: str) -> Match:
    """How well a registered name answers a question; symmetric only for whole names. NONE where either is empty."""
    return best_match(query_variants(query), parted(name))


def is_borne(claimed: str, name: str) -> bool:
    """Whether a name on a paper is this registered name as people write it.

    They may change the order of words, omit the legal form, and write a Chinese name in Latin letters. Every word must
    be there, the place too, and no other legal form.

    A claimed name in Chinese characters is compared with Chinese names alone: in pinyin, homophones are one name.
    """
    registered = parted(_with_titles_apart(name))
    readings = query_variants(_with_titles_apart(claimed))
    for reading in readings:
        # A reading that only cuts the same letters otherwise has lost the form that stood behind them.
        forms = readings[0].forms if reading.letters == readings[0].letters else reading.forms
        if _is_same_form(forms, registered.forms) and _is_written_for(reading, registered):
            return True
    return False


_ANY_COMPANY = frozenset({"company"})
"""What a form says that names none: 公司, Co."""

_TITLE = re.compile("集团|集團|控股")


def _with_titles_apart(name: str) -> str:
    """A name with 集团 and 控股 as words of their own: 合作集团有限公司 is 合作（集团）有限公司, and neither is 合作有限公司."""
    return _TITLE.sub(r" \g<0> ", name)


def _is_same_form(claimed: Sequence[str], forms: Sequence[str]) -> bool:
    """Whether the legal forms are the same, or one name has none."""
    told = set(claimed) - _ANY_COMPANY
    return not told or not forms or told == set(forms)


def _is_written_for(claimed: Parted, name: Parted) -> bool:
    if claimed.is_chinese != name.is_chinese:
        if claimed.is_chinese:
            return False
        return _matches_pinyin(claimed.body, name.body) or _means_the_same(claimed, name)
    ones, others = _spelled_one_way(claimed), _spelled_one_way(name)
    if "".join(ones) == "".join(others) or sorted(ones) == sorted(others):
        return True
    # 青岛市 is 青岛; no other word is taken for one that means the same.
    return (
        claimed.is_chinese
        and len(claimed.units) == len(name.units)
        and all(map(_is_same_chinese_word, claimed.units, name.units))
    )


_BRITISH = {"labor": "labour", "center": "centre"}
"""Words of the trade that English spells in two ways, by the American one."""


def _spelled_one_way(name: Parted) -> list[str]:
    return [
        squeezed(_BRITISH.get(unit.text, unit.text) if unit.kind is Kind.TRADE else unit.text) for unit in name.units
    ]


_PROVINCE_AND_CITY = {"省", "市"}


def _is_same_chinese_word(one: Unit, other: Unit) -> bool:
    """Whether two words of Chinese names are one: 青岛市 is 青岛, 吉林市 is not the province 吉林省."""
    if not (one.kind is other.kind is Kind.PLACE):
        return one.text == other.text
    return one.text[:2] == other.text[:2] and {one.text[-1], other.text[-1]} != _PROVINCE_AND_CITY


def _means_the_same(claimed: Parted, name: Parted) -> bool:
    resembling = Resemblances()
    return coverage(claimed, name, resembling).whole >= _ALL and coverage(name, claimed, resembling).whole >= _ALL


class Resembling(dict[str, float]):
    """How much a word resembles others, worked out once for each of them."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __missing__(self, other: str) -> float:
        share = self[other] = _resemblance(self._word, other)
        return share


class Resemblances(dict[str, Resembling]):
    """How much the words of a question resemble those of names, worked out once for all names that are compared with it.

    It lives no longer than the search, for the words of a question are not remembered.
    """

    def __missing__(self, word: str) -> Resembling:
        resembling = self[word] = Resembling(word)
        return resembling


def best_match(
    readings: Sequence[Parted], name: Parted, floor: float = 0.0, resembling: Resemblances | None = None
) -> Match:
    """The best match among the `readings` of a question. Below `floor` it may be said to be NONE.

    Who compares many names with one question gives the same `resembling` each time.
    """
    if not name.units:
        return NONE
    if resembling is None:
        resembling = Resemblances()
    best = NONE
    for reading in readings:
        # A reading that cannot do better than one before it need not be compared to the end.
        match = _match(reading, name, max(floor, best.score), resembling)
        if match.score > best.score:
            best = match
    return best


def _match(query: Parted, name: Parted, floor: float, resembling: Resemblances) -> Match:
    if query.normal == name.normal:
        return Match(100.0, Likeness.EXACT)
    score, how = _matched(query, name, floor, resembling)
    if score < floor:
        return NONE
    # Of names that fare alike, the one that is written more alike comes first.
    written = fuzz.ratio(query.normal, name.normal) / 100.0
    return Match(max(0.0, score - _WRITTEN * (1.0 - written)), how)


def _matched(query: Parted, name: Parted, floor: float, resembling: Resemblances) -> Match:
    penalty = _penalty(query, name)
    if query.letters == name.letters:
        if query.body == name.body:
            same_form = folded(query.normal) == folded(name.normal)
            return Match(99.0, Likeness.DIACRITICS) if same_form else Match(98.5 - penalty, Likeness.LEGAL_FORM)
        return Match(98.0 - penalty, Likeness.DIACRITICS)
    if query.sorted_letters == name.sorted_letters:
        return Match(97.0 - penalty, Likeness.WORD_ORDER)
    if name.has_own_word and not query.has_own_word:
        # Place and trade alone would list half the registry.
        return NONE
    if query.is_chinese != name.is_chinese:
        return _across_scripts(query, name, penalty + _tone_penalty(query, name), floor, resembling)
    return _alike(query, name, penalty, floor, resembling)


def _penalty(query: Parted, name: Parted) -> float:
    """Points off: none for the same legal form, few for a missing one, more for another, most for another place."""
    another_place = query.places and name.places and query.places.isdisjoint(name.places)
    if query.forms == name.forms or set(query.forms) == set(name.forms):
        return _ANOTHER_PLACE if another_place else 0.0
    return (2.5 if query.forms and name.forms else 1.0) + (_ANOTHER_PLACE if another_place else 0.0)


def _tone_penalty(query: Parted, name: Parted) -> float:
    """Who writes tones tells 新信 from 鑫鑫. Many write them wrong, so it decides only among names that fare alike."""
    if query.is_chinese or query.normal.isascii() or not pinyin.has_tones(query.normal):
        return 0.0
    letters = query.normal.replace(" ", "")
    return 0.0 if all(pinyin.matches_toned(letters, unit.text) for unit in name.own) else _OTHER_TONES


def _alike(query: Parted, name: Parted, penalty: float, floor: float, resembling: Resemblances) -> Match:
    # Two letters that changed places are one slip.
    whole = 100.0 * max(
        OSA.normalized_similarity(query.letters, name.letters),
        OSA.normalized_similarity(query.sorted_letters, name.sorted_letters),
    )
    if whole < _SLIP:
        most = coverage_at_most(query, name, resembling)
        if most.is_no_part and _likeness(whole, most.whole, 1.0, most.own) - penalty < floor - _ROUNDING:
            return NONE
    found, own = coverage(query, name, resembling)
    if whole < _SLIP and found < _NEARLY_ALL and own < _ALL and _likeness(whole, found, 1.0, own) - penalty < floor:
        # Neither a slip nor a part nor a brand, and not enough in common whatever else the name says.
        return NONE
    if found >= _ALL:
        back = coverage(name, query, resembling)
        how = Likeness.TRANSLATION if back.whole >= _ALL else Likeness.PART
        return Match(_part(back) - penalty, how)
    if whole < _SLIP:
        back = coverage(name, query, resembling)
        best = Match(_likeness(whole, found, back.whole, own), Likeness.SIMILAR)
    else:
        how = Likeness.CHARACTERS if name.is_chinese else Likeness.TYPING
        slipped = _slipped(whole, own, found)
        if penalty >= _ANOTHER_PLACE:
            # The slip is in the place: as likely as one in the name's own words.
            slipped = min(slipped, _slipped(whole, 0.5, 1.0 - 0.5 * WEIGHTS[Kind.CORE] / _weight(query)) + penalty)
        if name.is_chinese and whole >= _ONE_SLIP:
            # One character of a whole name: nearer than a name that only sounds alike and says its trade in other
            # words.
            slipped = max(slipped, _OF_ONE_SLIP + (penalty if penalty >= _ANOTHER_PLACE else 0.0))
        taken_for = _TAKEN_FOR + penalty
        if penalty < _ANOTHER_PLACE and slipped < taken_for and _is_own_word_with_a_slip(query, name):
            slipped = taken_for
        best = Match(slipped, how)
    if _is_same_brand(query, name, own):
        brand = min(_SAME_BRAND + _OF_SAME_BRAND * found, _BRAND_AT_MOST)
        best = max(best, Match(brand, Likeness.PART), key=lambda match: match.score)
    if found >= _NEARLY_ALL:
        part = _part(coverage(name, query, resembling)) - 100.0 * (1.0 - found)
        best = max(best, Match(part, Likeness.PART), key=lambda match: match.score)
    return Match(best.score - penalty, best.how)


def _is_same_brand(query: Parted, name: Parted, own: float) -> bool:
    """Whether both have the very same own words: what tells a name from others, whatever its trade is called."""
    if own < _ALL or not query.has_own_word:
        return False
    brand = [unit.text for unit in query.own]
    minimum = _MIN_BRAND if query.is_chinese else _MIN_LATIN_BRAND
    return sum(map(len, brand)) >= minimum and set(brand) == {unit.text for unit in name.own}


def _is_own_word_with_a_slip(query: Parted, name: Parted) -> bool:
    """Whether only one letter in five of the own name differs, or one character in four: 云蝶 and 云鹤 are two firms."""
    one, other = ("".join(unit.means for unit in parts.own) for parts in (query, name))
    minimum = _LIKE_CHARACTERS if name.is_chinese else _LIKE_LETTERS
    slips = OSA.distance(one, other, score_cutoff=_MAX_SLIPS)
    if slips > _MAX_SLIPS or slips > (1.0 - minimum) * max(len(one), len(other)):
        return False
    if _digits(one) != _digits(other):
        # Two branches, not a slip.
        return False
    return {u.means for u in query.units} - {u.means for u in query.own} == {u.means for u in name.units} - {
        u.means for u in name.own
    }


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _weight(name: Parted) -> float:
    return sum(WEIGHTS[unit.kind] for unit in name.units)


def _slipped(whole: float, own: float, found: float) -> float:
    """Slips in the name's own words weigh more than others, and any slip more than a missing place or trade."""
    return 0.7 * whole + 15.0 * own * own + 15.0 * found - 3.0


def _likeness(whole: float, found: float, back: float, own: float) -> float:
    return 0.5 * whole + 25.0 * found + 15.0 * back + 10.0 * own


def _part(back: "Coverage") -> float:
    """Nothing asked for is missing, and what the name has beyond it was left out; its own words weigh most."""
    return 80.0 + 15.0 * back.whole - (0.0 if back.own >= _ALL else 8.0)


def _across_scripts(query: Parted, name: Parted, penalty: float, floor: float, resembling: Resemblances) -> Match:
    """A question in Latin letters about a Chinese name, or the other way round."""
    latin, chinese = (name, query) if query.is_chinese else (query, name)
    if _matches_pinyin(latin.body, chinese.body):
        return Match(96.0 - penalty, Likeness.PINYIN)
    whole = fuzz.ratio(latin.body, chinese.spoken)
    may_be_initials = len(latin.units) == 1 and 3 <= len(latin.body) <= 16
    if not may_be_initials:
        most = coverage_at_most(query, name, resembling)
        if most.is_no_part and _slipped(whole, most.own, most.whole) - penalty < floor - _ROUNDING:
            return NONE
    found, own = coverage(query, name, resembling)
    if found >= _ALL:
        back = coverage(name, query, resembling)
        return Match(_part(back) - penalty, Likeness.TRANSLATION if back.whole >= 0.9 else Likeness.PART)
    if may_be_initials and latin.body in _initials(chinese.units):
        return Match(72.0, Likeness.INITIALS)
    best = Match(_slipped(whole, own, found) - penalty, Likeness.PINYIN)
    if found >= _NEARLY_ALL:
        part = _part(coverage(name, query, resembling)) - 100.0 * (1.0 - found) - penalty
        best = max(best, Match(part, Likeness.PART), key=lambda match: match.score)
    return best


class Coverage(NamedTuple):
    """How much of a name, by weight, another has too, and how much of the name's own words: 0 to 1."""

    whole: float
    own: float

    @property
    def is_no_part(self) -> bool:
        """Whether the other has neither nearly all of the name nor all of its own words, rounding aside."""
        return self.whole < _NEARLY_ALL - _ROUNDING and self.own < _ALL - _ROUNDING


def coverage(name: Parted, other: Parted, resembling: Resemblances) -> Coverage:
    total = had = own_total = own_had = 0.0
    meanings = other.meanings
    for unit in name.units:
        kind, means, _ = unit
        weight, share = WEIGHTS[kind], 1.0
        if means not in meanings:
            if means in _TITLES:
                # 云蝶集团 is what people call 云蝶国际劳务合作有限公司.
                weight = _UNSAID_TITLE
            share = _nearest(unit, other, resembling)
        elif kind is _PLACE and not _is_place_of(unit, other):
            share = _nearest(unit, other, resembling)
        total += weight
        had += weight * share
        if kind is _CORE:
            own_total += weight
            own_had += weight * share
    return Coverage(had / total, own_had / own_total if own_total else had / total)


def coverage_at_most(name: Parted, other: Parted, resembling: Resemblances) -> Coverage:
    """No less than `coverage`, by the name's own words alone: all others are taken to be there.

    Most names that are compared share a place and a trade with the question and nothing else, so this is enough to tell them.
    """
    lost = own_total = 0.0
    meanings, words = other.meanings, other.words
    for _, means, text in name.cores:
        weight = _CORE_WEIGHT
        if means not in meanings:
            if means in _TITLES:
                weight = _UNSAID_TITLE
            known = resembling[text]
            lost += weight * (1.0 - max([known[word] for word in words]))
        own_total += weight
    if not own_total:
        return Coverage(1.0, 1.0)
    total = own_total + name.known_weight
    return Coverage(1.0 - lost / total, 1.0 - lost / own_total)


def _nearest(unit: Unit, other: Parted, resembling: Resemblances) -> float:
    """Of two words that are no name's own only the meaning counts."""
    words = other.words if unit.kind is _CORE else other.own_words
    if not words:
        return 0.0
    known = resembling[unit.text]
    return max([known[word] for word in words])


def _is_place_of(place: Unit, other: Parted) -> bool:
    """福州 and 抚州 sound alike and are one only to who writes them in pinyin."""
    if place in other.units or not is_chinese(place.text[0]):
        return True
    same = [unit.text for unit in other.units if unit.means == place.means]
    return any(not is_chinese(text[0]) or text[:2] == place.text[:2] for text in same)


def _resemblance(one: str, other: str) -> float:
    """Of two words that do not mean the same, of which one at least is a name's own."""
    one_is_chinese = not one.isascii() and is_chinese(one[0])
    if one_is_chinese != (not other.isascii() and is_chinese(other[0])):
        return _pinyin_resemblance(other, one) if one_is_chinese else _pinyin_resemblance(one, other)
    alike = fuzz.ratio(one, other) / 100.0
    if one_is_chinese:
        # Half of a word of its own: 启航 of 示例启航.
        is_part = len(one) >= 2 and one in other
        return max(alike, _HALF) if is_part or _are_homophones(one, other) else alike
    if len(one) >= 4 and other.startswith(one):
        # A word cut short.
        return max(alike, 0.95)
    return alike if alike >= 0.5 else 0.0


def _pinyin_resemblance(latin: str, chinese: str) -> float:
    if _matches_pinyin(latin, chinese):
        return 1.0
    if len(chinese) > 3 and any(_matches_pinyin(latin, half) for half in (chinese[:2], chinese[-2:])):
        return _HALF
    alike = max([fuzz.ratio(latin, stated) for stated in pinyin.spellings(chinese)], default=0.0) / 100.0
    return 0.85 * alike if alike >= 0.7 else 0.0


def _are_homophones(one: str, other: str) -> bool:
    """One of them as it is commonly read: rare readings would make half of all characters homophones.

    Two characters that
    are read like one, such as xi an and xian, are not: a person sees how many there are."""
    if len(one) != len(other):
        return False
    stated, others = pinyin.spellings(one), pinyin.spellings(other)
    return bool(stated and others) and (stated[0] in others or others[0] in stated)


def _matches_pinyin(letters: str, word: str) -> bool:
    """Whether the letters are the word in pinyin, each character in whichever of its readings."""
    ends = {0}
    for character in word:
        sounds: Iterable[str] = pinyin.readings(character) or (character,)
        ends = {end + len(sound) for end in ends for sound in sounds if letters.startswith(sound, end)}
        if not ends:
            return False
    return len(letters) in ends


def _initials(units: Sequence[Unit]) -> set[str]:
    letters = [pinyin.initials(unit.text) if is_chinese(unit.text[0]) else unit.text[0] for unit in units]
    return {"".join(letters[:count]) for count in range(2, len(letters) + 1)}
