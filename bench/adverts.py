"""How well red flags are read out of adverts: precision and recall per flag over a set of our own (bench/data/adverts.tsv).

Precision: of the adverts in which a flag was found, the share that has it. Recall: of the adverts that have it, the share in
which it was found.
"""

from collections.abc import Iterator
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple

from bench.report import Row
from registry.verification.checks.red_flags import red_flags
from registry.vocabulary.codes import RedFlag

FILE = Path(__file__).with_name("data") / "adverts.tsv"


class Advert(NamedTuple):
    """An advert of the set: its language, the flags that it has, and its text."""

    language: str
    flags: frozenset[RedFlag]
    text: str


class Score(NamedTuple):
    """How often a flag was rightly found, wrongly found, and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 1.0

    @property
    def recall(self) -> float:
        return self.right / (self.right + self.missed) if self.right + self.missed else 1.0


def adverts() -> Iterator[Advert]:
    for line in FILE.read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            language, names, text = line.split("\t")
            flags = frozenset(RedFlag(name) for name in names.split(",") if name != "-")
            yield Advert(language, flags, text)


def found(text: str) -> frozenset[RedFlag]:
    return frozenset(red_flags(text))


def scores(language: str | None = None) -> dict[RedFlag, Score]:
    """The score of each flag over the whole set, or over the adverts of one language."""
    read = [(one.flags, found(one.text)) for one in adverts() if language in (None, one.language)]
    return {
        flag: Score(
            sum(flag in has and flag in got for has, got in read),
            sum(flag not in has and flag in got for has, got in read),
            sum(flag in has and flag not in got for has, got in read),
        )
        for flag in RedFlag
    }


MIN_PRECISION, MIN_RECALL = 0.95, 0.90
"""The floor of each flag, which a test holds."""


def measure() -> tuple[list[Row], dict[str, Any]]:
    """Two rows a flag, and the time that one advert takes."""
    started = perf_counter()
    every = scores()
    count = sum(1 for _ in adverts())
    milliseconds = (perf_counter() - started) * 1000 / count
    rows = [
        row
        for flag, score in every.items()
        for row in (
            Row(f"adverts with {flag}: precision", [score.precision], MIN_PRECISION),
            Row(
                f"adverts with {flag}: recall", [score.recall], MIN_RECALL, note=f"{score.right + score.missed} adverts"
            ),
        )
    ]
    for language in sorted({one.language for one in adverts()}):
        together = Score(*(sum(column) for column in zip(*scores(language).values(), strict=True)))
        rows += [
            Row(f"adverts in {language}: precision", [together.precision], MIN_PRECISION),
            Row(
                f"adverts in {language}: recall",
                [together.recall],
                MIN_RECALL,
                note=f"{together.right + together.missed} flags",
            ),
        ]
    return rows, {"adverts": count, "advert_ms": milliseconds}


if __name__ == "__main__":
    for line in measure()[0]:
        print(f"{line.what:40} {line.median:.2f}  {line.note}")
