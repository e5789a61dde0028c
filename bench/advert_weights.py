"""Fits data/weights.toml: how much each trait of a text tells that it is honest. Logistic regression with few weights.

`python -m bench.advert_weights FILE...` reads bench/data/adverts.tsv, at half weight, and files of the form of the adverts
of strangers (a line of JSON each, with `text` and `honest`), and prints the file. Those of strangers are not in the project.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from bench.adverts import adverts
from registry.verification.checks.advert import items_in, without_items
from registry.verification.checks.clauses import Reading, lexicon
from registry.verification.checks.offer import offer_items
from registry.verification.checks.red_flags import HOW_SAID, raised, traits
from registry.verification.checks.text import readable
from registry.vocabulary.codes import RedFlag

OWN, LEAST, STEPS, PENALTY = 0.5, 4, 500, 0.003
"""The weight of an advert of our own, the fewest texts that a trait stands in, steps of descent, the price of a weight."""
FROM = 0.45
"""From which probability a text is taken for honest: a false accusation weighs more than a missed flag."""

CONCEPTS = [name for name in lexicon("zh") if not name.startswith("hint_")]

HEAD = """# How much each trait of a text tells that it is honest; above nought on the whole, a text accuses no one
# (`red_flags.fairness`). Printed by bench/advert_weights.py.
#
# note: said, denied and told are concepts of data/zh.toml and the other languages by how they are meant: told is what stands
# in a question, a quotation or a warning, or is said of others. item: kinds of items that stand in the text. flags: that one,
# two or three at least are raised.
"""

Trait = tuple[str, str]


class Text(NamedTuple):
    """A text with its traits, whether it is honest, and how much it counts."""

    traits: frozenset[Trait]
    is_honest: bool
    weight: float


def traits_of(text: str) -> frozenset[Trait]:
    reading = Reading(readable(text))
    items = items_in(reading.text)
    offered, charges = offer_items(reading, without_items(reading.text, items))
    return traits(reading, (*items, *offered), len(raised(reading, charges)), CONCEPTS)


def texts(paths: Sequence[str]) -> Iterator[Text]:
    for one in adverts():
        yield Text(traits_of(one.text), one.flags <= {RedFlag.NO_COMPANY}, OWN)
    for path in paths:
        for line in Path(path).read_text("utf-8").splitlines():
            row = json.loads(line)
            yield Text(traits_of(row["text"]), bool(row.get("honest")), 1.0)


def fitted(every: Sequence[Text]) -> tuple[float, dict[Trait, float]]:
    """The base and the weights that tell honest texts from others, both kinds counted alike, small weights left out."""
    counts = Counter(one for text in every for one in text.traits)
    shares = {one: count / len(every) for one, count in sorted(counts.items()) if count >= LEAST}
    scale = {one: math.sqrt(share * (1 - share)) or 1.0 for one, share in shares.items()}
    total = {kind: sum(one.weight for one in every if one.is_honest == kind) for kind in (True, False)}
    rows = [
        ([one for one in text.traits if one in scale], text, 0.5 * text.weight / total[text.is_honest])
        for text in every
    ]
    base, weights, rate = 0.0, dict.fromkeys(scale, 0.0), 0.1
    for _ in range(STEPS):
        pull, slopes = 0.0, dict.fromkeys(scale, 0.0)
        for held, text, weight in rows:
            odds = base + sum(weights[one] for one in held)
            error = weight * (1 / (1 + math.exp(-odds)) - text.is_honest)
            pull += error
            for one in held:
                slopes[one] += error
        base -= rate * pull * 10
        for one, slope in slopes.items():
            # In units of its spread, so that a rare trait is not free; each step takes a little from every weight.
            moved = weights[one] * scale[one] - rate * 10 * slope / scale[one] / 4
            weights[one] = math.copysign(max(0.0, abs(moved) - rate * 10 / 4 * PENALTY), moved) / scale[one]
    return base, {one: value for one, value in weights.items() if value}


def main(paths: Sequence[str]) -> None:
    base, weights = fitted(list(texts(paths)))
    print(HEAD)
    print(f"base = {base - math.log(FROM / (1 - FROM)):.2f}")
    for how in (*HOW_SAID, "item", "flags"):
        print(f"\n[{how}]")
        for (kind, what), value in sorted(weights.items(), key=lambda one: one[1]):
            if kind == how and abs(value) >= 0.01:
                print(f"{what} = {value:.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
