"""The parts of an advert in which its writer offers nothing: questions, others' words, lists of what is refused. Pure.

Each device looks at every place of a text once and goes a bounded way from it: the time is linear in the length.
"""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from registry.verification.checks.text import grammar

if TYPE_CHECKING:
    from registry.verification.checks.reading import Reading

Part = tuple[int, int]

MAX_AROUND = 70
"""Characters around a quotation in which it is judged."""
MIN_COLLECTED = 3
"""Quotations from which a text is a collection of sayings."""
MAX_LIST = 12
"""Lines or sentences that a list is followed through."""
MAX_BEFORE = 80
"""Characters of a list that is denied behind it."""
_OPENING = 3
"""Characters of a sentence in which a word of asking opens it."""
_ITEM = 3
"""Characters that show where an item of a list begins."""


def asides(reading: "Reading") -> list[Part]:
    """The parts, merged and in order."""
    merged: list[Part] = []
    devices = (_questions, _quotations, _denied_lists, _denied_behind, _judged, _own_money)
    for start, end in sorted(part for device in devices for part in device(reading)):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _questions(reading: "Reading") -> Iterator[Part]:
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


def _quotations(reading: "Reading") -> Iterator[Part]:
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


def _denied_lists(reading: "Reading") -> Iterator[Part]:
    """From a heading that denies to the end of its list: "what we do not do: a, b, c"."""
    for heading in reading.find("denying_heading"):
        sentence = reading.sentence_at(heading.start)
        end = reading.sentences[sentence][1]
        for following in reading.sentences[sentence + 1 : sentence + MAX_LIST]:
            is_begun = grammar("item_begun").search(reading.plain[max(heading.start, end - _ITEM) : end])
            if not is_begun and not grammar("next_in_list").match(reading.plain[end : following[0] + _ITEM]):
                break
            end = following[1]
        breaks = reading.within("list_break", heading.end, end)
        yield heading.start, breaks[0].start if breaks else end


def _denied_behind(reading: "Reading") -> Iterator[Part]:
    """A list that is denied as a whole at its end: "deposit, bond, fees: all zero"."""
    for denial in reading.find("none_of_all"):
        start = reading.sentences[reading.sentence_at(denial.start)][0]
        if denial.start - start > MAX_BEFORE or reading.has("list_break", start, denial.start):
            continue
        words = reading.plain[start : denial.start]
        if re.search("[、,/]", words) and not re.search("[0-9]", words):
            yield start, denial.end


def _judged(reading: "Reading") -> Iterator[Part]:
    """A sentence that ends in a judgement of what it says: "they keep the passport - wrong"."""
    for word in reading.find("judged"):
        start, end = reading.sentences[reading.sentence_at(word.start)]
        if end - word.end <= 1 and re.search(r"[-:→=,]\s?$", reading.plain[max(start, word.start - 3) : word.start]):
            yield start, end


def _own_money(reading: "Reading") -> Iterator[Part]:
    """Sentences about what the one who offers deposits or forfeits."""
    for words in reading.find("own_money"):
        yield reading.sentences[reading.sentence_at(words.start)]
