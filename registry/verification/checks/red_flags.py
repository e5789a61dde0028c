"""Red flags of an advert: what it asks for, promises or leaves out, each with its words and the rules it breaks.

Known words raise flags, and so do the runs of letters of a text, which also tell whether it is honest. Pure.
"""

import math
import re
from array import array
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from itertools import pairwise

from registry.verification.checks import offer, rules
from registry.verification.checks.advert import Item, items_in, stated_in, without_items
from registry.verification.checks.clauses import Reading, flags_by_words
from registry.verification.checks.sums import Charge
from registry.verification.checks.text import BLANK, data_of, readable
from registry.vocabulary.checks import CheckKind, ItemKind
from registry.vocabulary.codes import RedFlag
from registry.vocabulary.register import Visa

MAX_WORDS = 60
"""Characters of an advert that are shown with a flag."""

ROWS = {flag: tuple(map(str, data_of("flags")["broken"].get(flag.value, ()))) for flag in RedFlag}
"""The rows of law that each breaks where workers are recruited in China; none where no rule was read."""

_VISAS = {RedFlag.TOURIST_VISA: Visa.TOURIST, RedFlag.BUSINESS_VISA: Visa.BUSINESS, RedFlag.STUDY_VISA: Visa.STUDY}
_PLANNED = {
    RedFlag.ASYLUM_CLAIM: "asylum", RedFlag.FAMILY_VISA: "family", RedFlag.SHAM_MARRIAGE: "family", RedFlag.STUDY_VISA: "study",
    RedFlag.BUSINESS_VISA: "business", RedFlag.TOURIST_VISA: "tourist",
}  # fmt: skip
"""The visa that a flag shows to be planned with."""
_UNPLANNED = frozenset({"work", "seasonal", "training", "tourist"})
"""The visas that are offered without such a plan too."""
_NAMING = frozenset(
    {ItemKind.COMPANY, ItemKind.LICENCE_NUMBER, ItemKind.USCC, ItemKind.VAT, ItemKind.REGISTRATION_NUMBER}
)
_CHARGES = frozenset({ItemKind.FEE, ItemKind.DEPOSIT})
MAX_SEEN = 4
"""Places of a concept that are looked at to tell what kind of text it is."""
LEAST_FAIR = -4.0
"""From which fairness a text that its runs call honest, and that refuses something, is taken for it."""
REFUSALS = ("deny", "warn", "reported", "notice", "none_of_all", "denies_all", "refused", "judged", "denying_heading")
"""The concepts with which honest texts name what they do not ask for."""
LEAST_PROBABLE = 0.05
"""The probability by its runs under which a flag of known words is not raised."""
LEAST_TEXT = 40
"""Characters of a Chinese text, a third of those of others, from which its kind is told."""
LEAST_SENTENCE = 6
"""Characters of a Chinese sentence beside its items, a third of those of others, from which it tells of a flag."""
HOW_SAID = ("said", "denied", "told")
"""How the words of a concept are meant (`Reading.said_as`)."""


@dataclass(frozen=True, slots=True)
class Flagged:
    """A flag and the words of the advert that raise it; no words where something is left out."""

    flag: RedFlag
    words: str = ""


@dataclass(frozen=True, slots=True)
class AdvertRead:
    """All that an advert says: its items, in the order of their kinds, and its flags, the gravest first."""

    text: str
    items: tuple[Item, ...] = ()
    flags: tuple[Flagged, ...] = ()

    @property
    def details(self) -> tuple[rules.StatedDetail, ...]:
        """What of it can be checked against a record."""
        return stated_in(self.items)


def read_advert(advert: str, country: str | None = None, told: Sequence[rules.StatedDetail] = ()) -> AdvertRead:
    """Read a whole advert; `country` is where the job is, if known, and `told` what was stated beside the advert."""
    text = readable(advert)
    if not text.strip():
        return AdvertRead(text)
    reading = Reading(text)
    items = items_in(text, country)
    rest = without_items(text, items)
    offered, charges = offer.offer_items(reading, rest)
    places = raised(reading, charges)
    probable = _probable(reading, len(places))
    is_honest = probable.get(HONEST, 0.0) >= HONEST_FROM
    if is_honest and fairness(reading, (*items, *offered), len(places)) > (LEAST_FAIR if _refuses(reading) else 0):
        places = {}
        offered = [one for one in offered if one.kind not in _CHARGES]
    elif places or probable:
        by_runs = _by_runs(reading, rest, probable)
        wider = _read_wider(reading, charges, places)
        places = by_runs | {flag: place for flag, place in wider.items() if probable.get(flag, 1.0) >= LEAST_PROBABLE}
        if places.keys() & {RedFlag.FEE, RedFlag.DEPOSIT}:
            offered, charges = offer.offer_items(reading, rest, is_meant=True)
        if RedFlag.FEE in places:
            offered += offer.doubtful_fees(reading, charges)
        elif RedFlag.DEPOSIT in places:
            offered = [replace(one, kind=ItemKind.DEPOSIT) if one.kind is ItemKind.FEE else one for one in offered]
    offered = _with_visas(text, offered, places)
    found = {flag: Flagged(flag, _words(reading, *place)) for flag, place in places.items()}
    is_named = any(one.kind in _NAMING for one in items) or any(
        one.kind in (CheckKind.NUMBER, CheckKind.NAME) for one in told
    )
    if not is_named and not reading.is_notice:
        found[RedFlag.NO_COMPANY] = Flagged(RedFlag.NO_COMPANY)
    ordered = sorted((*items, *offered), key=lambda one: list(ItemKind).index(one.kind))
    return AdvertRead(text, tuple(ordered), tuple(found[flag] for flag in RedFlag if flag in found))


def _with_visas(text: str, offered: Sequence[Item], places: Mapping[RedFlag, tuple[int, int]]) -> list[Item]:
    """The items with the visas of the flags that are planned with one; without a flag none of those is offered."""
    planned = {visa: places[flag] for flag, visa in reversed(_PLANNED.items()) if flag in places}
    named = [one for one in offered if one.kind is ItemKind.VISA]
    others = [one for one in offered if one.kind is not ItemKind.VISA]
    if planned and not any(one.value == "training" for one in named):
        return others + [Item(ItemKind.VISA, visa, text[slice(*place)], *place) for visa, place in planned.items()]
    return others + [one for one in named if one.value in _UNPLANNED]


def raised(reading: Reading, charges: Sequence[Charge]) -> dict[RedFlag, tuple[int, int]]:
    """The flags that words, sums and hours raise, each with the place of its words, before the whole text is weighed."""
    places = {RedFlag(flag): place for flag, place in flags_by_words(reading)}
    for one in charges:
        if one.role in ("fee", "deposit") or (one.role == "penalty" and one.is_threat):
            places.setdefault(RedFlag(one.role), (one.sum.start, one.sum.end))
    if (hours := offer.long_hours(reading)) is not None:
        places.setdefault(RedFlag.LONG_HOURS, hours)
    return places


def _read_wider(
    reading: Reading, charges: Sequence[Charge], places: Mapping[RedFlag, tuple[int, int]]
) -> dict[RedFlag, tuple[int, int]]:
    """These flags and those that a wider net raises: one who asks for what no honest agency asks is read with it."""
    wider = {RedFlag(flag): place for flag, place in flags_by_words(reading, places, is_wide=True)}
    places = {**places, **wider}
    doubtful = next((one.sum for one in charges if one.is_doubtful), None)
    if doubtful is not None:
        places.setdefault(RedFlag.FEE, (doubtful.start, doubtful.end))
    return places


def traits(
    reading: Reading, items: Sequence[Item], flag_count: int, concepts: Iterable[str]
) -> frozenset[tuple[str, str]]:
    """Which concepts a text says, denies or tells of others, the kinds of items in it, and how many flags are raised."""
    seen = ((reading.said_as(match), name) for name in concepts for match in reading.find(name)[:MAX_SEEN])
    counted = {("flags", str(count)) for count in range(1, min(flag_count, MAX_COUNTED) + 1)}
    return frozenset(seen) | {("item", str(one.kind)) for one in items} | counted


def fairness(reading: Reading, items: Sequence[Item], flag_count: int) -> float:
    """How much more a whole text is like the honest than like the others: above nought it accuses no one.

    What each trait weighs is data (data/weights.toml). A few words say too little of what kind of text they stand in.
    """
    if not _is_long(reading):
        return 0.0
    of_traits = data_of("weights")
    concepts = {name for how in HOW_SAID for name in of_traits[how]}
    found = traits(reading, items, flag_count, sorted(concepts))
    return float(of_traits["base"] + sum(of_traits[how].get(what, 0.0) for how, what in found))


def _refuses(reading: Reading) -> bool:
    """Whether a text denies, warns or tells of others: a plain offer with one demand does not."""
    return reading.is_notice or any(reading.find(concept) for concept in REFUSALS)


def _is_long(reading: Reading) -> bool:
    return len(reading.plain) >= LEAST_TEXT * (1 if reading.language == "zh" else 3)


def _probable(reading: Reading, flag_count: int) -> Mapping[str, float]:
    """How probable each flag and an honest text are by their runs of letters; a few words tell nothing."""
    if not _is_long(reading):
        return {}
    return weights(reading.language).probabilities(reading.plain, reading.language, flag_count)


def _by_runs(reading: Reading, rest: str, probable: Mapping[str, float]) -> dict[RedFlag, tuple[int, int]]:
    """The flags that runs of letters tell of, in the text as a whole and in one sentence, each with that sentence.

    `rest` is the text without its items: a telephone number and its owner's name tell nothing.
    """
    doubted = [flag for flag, probability in probable.items() if flag != HONEST and probability >= FROM]
    if not doubted:
        return {}
    language, known, sentences = reading.language, weights(reading.language), []
    for start, end in reading.sentences:
        plain = "".join(reading.plain[at] for at in range(start, end) if rest[at] != BLANK)
        if len(plain) >= LEAST_SENTENCE * (1 if language == "zh" else 3):
            sentences.append(((start, end), known.probabilities(plain, language)))
    found = {}
    for flag in doubted:
        probability, part = max(((told_by.get(flag, 0.0), part) for part, told_by in sentences), default=(0.0, (0, 0)))
        if probability >= SENTENCE_FROM:
            found[RedFlag(flag)] = part
    return found


def red_flags(advert: str, details: Sequence[rules.StatedDetail] = ()) -> tuple[RedFlag, ...]:
    """The flags of an advert, the gravest first; `details` is what was told beside it."""
    return tuple(one.flag for one in read_advert(advert, told=details).flags)


def _words(reading: Reading, start: int, end: int) -> str:
    """The words of a flag with the clause around them, as far as they can be shown in a line."""
    first = reading.clauses[reading.clause_at(start)][0]
    last = reading.clauses[reading.clause_at(max(start, end - 1))][1]
    if last - first > MAX_WORDS:
        room = max(0, MAX_WORDS - (end - start)) // 2
        first, last = max(first, start - room), min(last, max(end, start + MAX_WORDS - room))
    return " ".join(reading.text[first:last].split())[: 2 * MAX_WORDS]


def visa_in(flags: Sequence[RedFlag]) -> Visa | None:
    """The visa that an advert plans with, if it names one that does not allow work."""
    return next((_VISAS[flag] for flag in flags if flag in _VISAS), None)


# Runs of letters. Their weights stand in data/runs-zh.tsv and, for all other languages, data/runs-latin.tsv, written by
# bench/advert_runs.py: a line for each run, a column for each flag and one for honest texts, in tenths. The odds of a flag are
# its base, which the first line states, and the sum of the weights of the runs that stand in the text, over the square root of
# how many of them are known.

LENGTHS = {"zh": (1, 2, 3, 4)}
"""Characters of a run, by language: in Chinese over the whole text, elsewhere within a word with its edges."""
_LENGTHS_ELSEWHERE = (3, 4, 5)
HONEST = "honest"
FROM, SENTENCE_FROM = 0.2, 0.4
"""The probabilities from which a flag is raised by runs alone: of the whole text, and of a sentence of it by itself."""
HONEST_FROM = 0.5
"""The probability from which a text is taken for honest, unless its traits say clearly that it is not."""
LEAST_KNOWN = 0.1
"""The share of known runs from which a text is one that can be read so; adverts have a quarter and more, noise a fiftieth."""
MAX_COUNTED = 3
"""Flags that are counted to tell what kind of text it is; more say no more."""

_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"\w+")


def runs_in(plain: str, language: str) -> set[str]:
    """The runs of a folded text: in Chinese of characters, elsewhere of letters in a word, words, and two words in a row."""
    text = _NUMBER.sub("0", plain)
    if language == "zh":
        text = "".join(text.split())
        return {text[at : at + length] for length in LENGTHS["zh"] for at in range(len(text) - length + 1)}
    words = _WORD.findall(text)
    found = {f"{former} {later}" for former, later in pairwise(words)}
    for word in words:
        edged = f" {word} "
        found.add(edged)
        found |= {edged[at : at + length] for length in _LENGTHS_ELSEWHERE for at in range(len(edged) - length + 1)}
    return found


def marks(raised: int) -> set[str]:
    """How many flags known words raise, as runs that no text has."""
    return {f"={count}" for count in range(1, min(raised, MAX_COUNTED) + 1)}


@dataclass(frozen=True, slots=True)
class Weights:
    """For each run its weights in tenths, in the order of `told`: flags and `honest`."""

    told: Sequence[str]
    base: Sequence[float]
    by_run: Mapping[str, Sequence[int]]

    def probabilities(self, plain: str, language: str, raised: int = 0) -> dict[str, float]:
        """How probable each flag is in a folded text, and that it is honest; `raised` flags were raised by known words.

        Empty where too few of its runs are known.
        """
        runs = runs_in(plain, language) | marks(raised)
        known = [self.by_run[run] for run in runs if run in self.by_run]
        if len(known) < LEAST_KNOWN * len(runs):
            return {}
        scale = 10 * math.sqrt(len(known) or 1)
        sums = [sum(column) for column in zip(*known, strict=True)] or [0] * len(self.told)
        return {
            told: 1 / (1 + math.exp(-(base + total / scale)))
            for told, base, total in zip(self.told, self.base, sums, strict=True)
        }


@cache
def weights(language: str) -> Weights:
    """The weights for a language, `zh` or any other."""
    name = "runs-zh.tsv" if language == "zh" else "runs-latin.tsv"
    lines = (files(__package__) / "data" / name).read_text("utf-8").splitlines()
    head, base, *rows = (line.split("\t") for line in lines if not line.startswith("#"))
    return Weights(
        tuple(head[1:]),
        tuple(map(float, base[1:])),
        {run: array("b", (int(cell or 0) for cell in cells)) for run, *cells in rows},
    )
