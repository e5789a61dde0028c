"""What the runs of letters of an advert tell beside its known words: which flags it raises, and whether it is honest. Pure.

Weights stand in data/runs-zh.tsv and, for all other languages, data/runs-latin.tsv, written by bench/advert_runs.py: a line
for each run, a column for each flag and one for honest texts, in tenths. The odds of a flag are its base, which the first line
states, and the sum of the weights of the runs that stand in the text, over the square root of how many of them are known.
"""

import math
import re
from array import array
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise

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
MOST_COUNTED = 3
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
    return {f"={count}" for count in range(1, min(raised, MOST_COUNTED) + 1)}


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
