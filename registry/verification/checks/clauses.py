"""Reads an advert for what it means: its clauses, the concepts in them, and what is denied, quoted or only said aside. Pure.

The words are data, a file a language (data/zh.toml and others); which concepts together mean what stands in data/flags.toml.
Each concept is looked for once in the whole text, and neighbours are found by bisection: the time is linear in the length.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache, cached_property
from typing import NamedTuple

import msgspec

from registry.verification.checks.text import data_of, folded, grammar, language_of

LANGUAGES = ("zh", "en", "fr", "it", "ro")

REACH = {"zh": 15}
"""Characters between a negation and what it denies, by language."""
_REACH_ELSEWHERE = 42
_AFTER = 34
ANSWER = 3
"""Clauses behind a question in which it is answered."""
MAX_LIST = 5
"""Clauses that a list of denied things is followed through."""
_LISTED = ("money", "deposit_word", "fee_word", "fee_asked", "papers", "surety", "property", "private_account")
"""What honest adverts deny in lists."""


class Match(NamedTuple):
    """Where a concept stands."""

    start: int
    end: int


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Concepts that together raise a flag; see the head of data/flags.toml."""

    flag: str
    note: str
    example: str
    needs: tuple[str, ...]
    unless: tuple[str, ...] = ()
    unless_anywhere: tuple[str, ...] = ()
    scope: str = "clause"
    near: int = 0
    is_denial: bool = False
    is_taken_back: bool = True
    is_hint: bool = False


@cache
def rules() -> tuple[Rule, ...]:
    return msgspec.convert(data_of("flags")["rule"], tuple[Rule, ...])


@cache
def lexicon(language: str) -> Mapping[str, re.Pattern[str]]:
    """The words of each concept in a language, as one pattern."""
    edge = "" if language == "zh" else "(?<![a-z0-9])"
    return {
        name: re.compile(f"{edge}(?:{'|'.join(one['words'])})") for name, one in data_of(language)["concept"].items()
    }


class Reading:
    """A readable text with its clauses and sentences. `plain` is the folded text, each character in its place."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.plain = folded(text)
        language = language_of(self.plain)
        self.language = language
        # Latin adverts whose language cannot be told are read in all of them; Chinese ones use English words too.
        self._languages = ("zh", "en") if language == "zh" else (language,) if language else LANGUAGES[1:]
        self.clauses = _parts(grammar("clause_end"), self.plain)
        self.sentences = _parts(grammar("sentence_end"), self.plain)
        self._clause_starts = [start for start, _ in self.clauses]
        self._sentence_starts = [start for start, _ in self.sentences]
        self._found: dict[str, list[Match]] = {}

    def find(self, concept: str) -> list[Match]:
        """Where a concept stands, in the order of the text."""
        if concept not in self._found:
            matches = [
                Match(*match.span())
                for language in self._languages
                if concept in lexicon(language)
                for match in lexicon(language)[concept].finditer(self.plain)
                if match.end() > match.start()
            ]
            self._found[concept] = sorted(matches, key=lambda one: (one.start, -one.end))
        return self._found[concept]

    def clause_at(self, place: int) -> int:
        return max(0, bisect_right(self._clause_starts, place) - 1)

    def sentence_at(self, place: int) -> int:
        return max(0, bisect_right(self._sentence_starts, place) - 1)

    def span(self, match: Match, scope: str) -> tuple[int, int]:
        """The part of the text in which what belongs to a match may stand."""
        if scope == "sentence":
            return self.sentences[self.sentence_at(match.start)]
        clause = self.clause_at(match.start)
        start, end = self.clauses[clause]
        if scope == "next" and clause + 1 < len(self.clauses):
            # An answer begins with words that calm: "the passport? No worry, the company keeps them all".
            answer = ANSWER if self.plain.startswith("?", end) else 1
            end = self.clauses[min(clause + answer, len(self.clauses) - 1)][1]
        if scope == "around":
            start = self.clauses[max(0, clause - 1)][0]
            end = self.clauses[min(len(self.clauses) - 1, clause + 1)][1]
        return start, end

    def within(self, concept: str, start: int, end: int) -> list[Match]:
        """The matches of a concept that begin in a part of the text, at most a handful."""
        found = self.find(concept)
        first = bisect_left(found, start, key=lambda one: one.start)
        kept = []
        for one in found[first : first + 12]:
            if one.start >= end:
                break
            kept.append(one)
        return kept

    def has(self, concept: str, start: int, end: int) -> bool:
        return bool(self.within(concept, start, end))

    # --- What is not meant ---

    def is_denied(self, match: Match, is_taken_back: bool = True) -> bool:
        """Whether a refusal stands before the match, in reach and without a contrast between, or behind it.

        `is_taken_back`: whether words behind it count: paid by the employer, none.
        """
        clause = self.clause_at(match.start)
        start, end = self.clauses[clause]
        reach = REACH.get(self.language, _REACH_ELSEWHERE)
        for negation in self.within("deny", max(start, match.start - reach - 8), match.start):
            between = (negation.end, match.start)
            if self._covers("not_swindling", negation):
                continue
            # "ne ... pas" may stand around the word that it denies.
            if match.start < negation.end or (
                match.start <= negation.end + reach and not self.has("deny_break", *between)
            ):
                return True
        if not is_taken_back:
            return self._continues_denial(match, clause)
        if self._is_taken_back(match.end, min(end, match.end + _AFTER)):
            return True
        is_last = self.plain[match.end : end].strip(" :?、)") == ""
        if is_last and clause + 1 < len(self.clauses):
            behind = self.clauses[clause + 1]
            if self._is_taken_back(behind[0], min(behind[1], behind[0] + _AFTER), in_list=False):
                return True
        return self._continues_denial(match, clause)

    def _is_taken_back(self, start: int, end: int, in_list: bool = True) -> bool:
        """Whether a refusal stands at the place, behind at most the other words of a list."""
        for language in self._languages:
            pattern = lexicon(language).get("deny_after")
            if pattern is not None:
                gap = grammar("gap_zh" if language == "zh" else "gap")
                tail = gap.sub("", self.plain[start:end], count=1)
                if (in_list and pattern.match(tail)) or pattern.match(self.plain[start:end].lstrip(" ")):
                    return True
        return False

    def _continues_denial(self, match: Match, clause: int) -> bool:
        """Whether the clause is only a further word of a list that was denied: "no deposit, no bond, fees"."""
        start, end = self.clauses[clause]
        rest = end - start - (match.end - match.start)
        if match.start - start > 2 or rest > (4 if self.language == "zh" else 40):
            return False
        if any(c.isdecimal() or c in "百千万" for c in self.plain[match.start : end]):
            return False
        sentence = self.sentence_at(start)
        for before in reversed(self.clauses[max(0, clause - MAX_LIST) : clause]):
            if self.sentence_at(before[0]) != sentence:
                return False
            negations = self.within("deny", *before)
            if negations:
                return not self.has("deny_break", negations[-1].end, before[1]) and self._names_a_charge(
                    negations[-1].start, before[1]
                )
            if not self._names_a_charge(before[0], before[0] + 3):
                return False
        return False

    def _names_a_charge(self, start: int, end: int) -> bool:
        return any(self.has(concept, start, end) for concept in _LISTED)

    @cached_property
    def is_notice(self) -> bool:
        """Whether the whole text warns, informs or complains and offers nothing."""
        head = min(len(self.plain), 60)
        if self.has("statement", 0, head) and (not self.find("job_offer") or self.find("disclaims")):
            return True
        return (self.has("notice", 0, head) or bool(self.find("no_offer"))) and not self.find("ours")

    @cached_property
    def _asides(self) -> list[tuple[int, int]]:
        """The parts in which the writer offers nothing, merged and in order."""
        merged: list[tuple[int, int]] = []
        devices = (_questions, _quotations, _denied_lists, _denied_behind, _judged, _own_money)
        for start, end in sorted(part for device in devices for part in device(self)):
            if merged and start <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
            else:
                merged.append((start, end))
        return merged

    def is_aside(self, match: Match) -> bool:
        """Whether a match stands where the writer offers nothing."""
        place = bisect_right(self._asides, match.start, key=lambda part: part[0]) - 1
        return place >= 0 and match.end <= self._asides[place][1]

    def is_quoted(self, match: Match) -> bool:
        """Whether a match is refused, stands in a warning, or is what others say; what the offerer says is meant."""
        if self.is_notice or self.has("refused", match.end, self._resumed(match)):
            return True
        start, end = self.sentences[self.sentence_at(match.start)]
        others = self.within("reported", start, match.start)
        # "No swindle here" says something good of the one who offers, and warns of nothing.
        warnings = [one for one in self.within("warn", start, end) if not self._covers("not_swindling", one)]
        others = [one for one in others if not self.has("turns_to_self", one.end, match.start)]
        return any(not self.has("ours", one.end, match.start) for one in (*warnings, *others))

    def said_as(self, match: Match) -> str:
        """How the words of a match are meant: told of others, denied, or said."""
        if self.is_aside(match) or self.is_quoted(match):
            return "told"
        return "denied" if self.is_denied(match) else "said"

    def _resumed(self, match: Match) -> int:
        """Where what is said of a match ends: behind its clause, or the next that begins with "that"."""
        end = self.span(match, "clause")[1]
        return self.span(match, "next")[1] if grammar("resumes").match(self.plain, end) else end

    def _covers(self, concept: str, match: Match) -> bool:
        return any(one.end >= match.end for one in self.within(concept, match.start - _AFTER, match.start + 1))

    # --- Flags ---

    def raised(self, rule: Rule) -> tuple[int, int] | None:
        """The words by which a rule raises its flag; None where it does not."""
        if any(self.find(concept) for concept in rule.unless_anywhere):
            return None
        first, *others = rule.needs
        for anchor in self.find(first):
            together = self._together(rule, anchor, others)
            if together is None:
                continue
            start, end = min(one.start for one in together), max(one.end for one in together)
            part = self.span(anchor, rule.scope)
            part = (min(part[0], self.span(anchor, "clause")[0]), max(part[1], end))
            if any(self.has(concept, *part) for concept in rule.unless):
                continue
            if any(self._is_taken_as_denied(one, rule, together) for one in together):
                continue
            if not self.is_quoted(anchor) and not all(self.is_aside(one) for one in together):
                return start, end
        return None

    def _is_taken_as_denied(self, match: Match, rule: Rule, together: Sequence[Match]) -> bool:
        """Whether a word of a rule is denied; where the rule is a refusal itself, only by a refusal close before it."""
        if not rule.is_denial:
            return self.is_denied(match, rule.is_taken_back)
        start = max(self.span(match, "clause")[0], match.start - (8 if self.language == "zh" else 24))
        return not self.has("deny", match.start, match.start + 1) and any(
            negation.end <= match.start and not self.has("deny_break", negation.end, match.start)
            for negation in self.within("deny", start, match.start)
            if not any(one.start <= negation.start < one.end for one in together)
        )

    def _together(self, rule: Rule, anchor: Match, others: Sequence[str]) -> list[Match] | None:
        start, end = self.span(anchor, rule.scope)
        if rule.scope == "next" and others:
            clause = self.clause_at(anchor.start)
            start = self.clauses[max(0, clause - 1)][0]
        together = [anchor]
        for concept in others:
            if rule.near:
                room = rule.near if self.language == "zh" else rule.near * 2 + 10
                start, end = max(start, anchor.start - room - 4), min(end, anchor.end + room)
            near = [
                one for one in self.within(concept, start, end) if one.end <= anchor.start or one.start >= anchor.end
            ]
            if not near:
                return None
            together.append(min(near, key=lambda one: abs(one.start - anchor.start)))
        return together


def _parts(ends: re.Pattern[str], text: str) -> list[tuple[int, int]]:
    """The parts of a text between separators, without the empty ones; the whole text where there is none."""
    parts: list[tuple[int, int]] = []
    last = 0
    for match in ends.finditer(text):
        if match.start() > last:
            parts.append((last, match.start()))
        last = max(last, match.end())
    if last < len(text) or not parts:
        parts.append((last, len(text)))
    return parts


def flags_by_words(
    reading: Reading, raised: Collection[str] = (), *, is_wide: bool = False
) -> Iterator[tuple[str, tuple[int, int]]]:
    """The flags that the words of an advert raise beside those raised already, each with the place of the words.

    `is_wide`: hints are read, and they alone.
    """
    seen = set(raised)
    for rule in rules():
        if rule.is_hint == is_wide and rule.flag not in seen and (place := reading.raised(rule)) is not None:
            seen.add(rule.flag)
            yield rule.flag, place


# Where a writer offers nothing: questions, others' words, lists of what is refused. Each device looks at every place of a text
# once and goes a bounded way from it.

MAX_AROUND = 70
"""Characters around a quotation in which it is judged."""
MIN_COLLECTED = 3
"""Quotations from which a text is a collection of sayings."""
MAX_LIST_LINES = 12
"""Lines or sentences that a list is followed through."""
MAX_BEFORE = 80
"""Characters of a list that is denied behind it."""
_OPENING = 3
"""Characters of a sentence in which a word of asking opens it."""
_ITEM = 3
"""Characters that show where an item of a list begins."""


def _questions(reading: Reading) -> Iterator[tuple[int, int]]:
    """What is asked, unless the answer behind it says yes. A question of several clauses begins with its own word."""
    for mark in re.finditer(r"\?", reading.plain):
        between = grammar("before_answer").match(reading.plain, mark.end())
        answer = between.end() if between else mark.end()
        is_asked_on = reading.plain.startswith("?", reading.clauses[reading.clause_at(answer)][1])
        if reading.has("affirmed", answer, answer + 1) and not is_asked_on:
            continue
        start = reading.clauses[reading.clause_at(mark.start() - 1)][0]
        first = reading.sentences[reading.sentence_at(mark.start() - 1)][0]
        yield (first if reading.has("asks", first, first + _OPENING) else start), mark.end()


def _quotations(reading: Reading) -> Iterator[tuple[int, int]]:
    """Whole sentences in quotation marks that the words around them judge, or that a text collects."""
    quoted = [
        match.span()
        for match in grammar("quotation").finditer(reading.text)
        if grammar("whole_sentence").search(match[0])
    ]
    for start, end in quoted:
        around = ((max(0, start - MAX_AROUND), start), (end, end + MAX_AROUND))
        if len(quoted) >= MIN_COLLECTED or any(
            reading.has(concept, *part) for part in around for concept in ("warn", "judged", "reported")
        ):
            yield start, end


def _denied_lists(reading: Reading) -> Iterator[tuple[int, int]]:
    """From a heading that denies to the end of its list: "what we do not do: a, b, c"."""
    for heading in reading.find("denying_heading"):
        sentence = reading.sentence_at(heading.start)
        end = reading.sentences[sentence][1]
        for following in reading.sentences[sentence + 1 : sentence + MAX_LIST_LINES]:
            is_begun = grammar("item_begun").search(reading.plain[max(heading.start, end - _ITEM) : end])
            if not is_begun and not grammar("next_in_list").match(reading.plain[end : following[0] + _ITEM]):
                break
            end = following[1]
        breaks = reading.within("list_break", heading.end, end)
        yield heading.start, breaks[0].start if breaks else end


def _denied_behind(reading: Reading) -> Iterator[tuple[int, int]]:
    """A list that is denied as a whole at its end: "deposit, bond, fees: all zero"."""
    for denial in reading.find("none_of_all"):
        start = reading.sentences[reading.sentence_at(denial.start)][0]
        if denial.start - start > MAX_BEFORE or reading.has("list_break", start, denial.start):
            continue
        words = reading.plain[start : denial.start]
        if re.search("[、,/]", words) and not re.search("[0-9]", words):
            yield start, denial.end


def _judged(reading: Reading) -> Iterator[tuple[int, int]]:
    """A sentence that ends in a judgement of what it says: "they keep the passport - wrong"."""
    for word in reading.find("judged"):
        start, end = reading.sentences[reading.sentence_at(word.start)]
        if end - word.end <= 1 and re.search(r"[-:→=,]\s?$", reading.plain[max(start, word.start - 3) : word.start]):
            yield start, end


def _own_money(reading: Reading) -> Iterator[tuple[int, int]]:
    """Sentences about what the one who offers deposits or forfeits."""
    for words in reading.find("own_money"):
        yield reading.sentences[reading.sentence_at(words.start)]
