"""Fits data/runs-zh.tsv and data/runs-latin.tsv: what the runs of letters of a text tell. Logistic regression of scikit-learn.

`python -m bench.advert_runs` reads bench/data/adverts.tsv, at half weight, and bench/data/strangers.jsonl (a line of JSON
each, with `language`, `text`, `honest`, `flags` that must and `may` that can be seen), and writes both files. Files named after
it are read beside those.
"""

import json
import math
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]
from sklearn.linear_model import LogisticRegression  # type: ignore[import-untyped]

from bench.adverts import FILE, adverts
from registry.verification.checks.advert import items_in, without_items
from registry.verification.checks.clauses import Reading
from registry.verification.checks.offer import offer_items
from registry.verification.checks.red_flags import HONEST, marks, raised, runs_in
from registry.verification.checks.text import readable
from registry.vocabulary.codes import RedFlag

STRANGERS = FILE.with_name("strangers.jsonl")
OWN, LEAST, KEPT, SMALL, STRENGTH = 0.5, 2, 3000, 0.1, 30.0
"""The weight of an advert of our own, the fewest texts that a run stands in, the runs that are kept for each flag, the weight
that is left out, and the inverse of how much large weights cost."""
MOST = 12.7
"""The largest weight: rules are perfect in texts that they were made for, so how many flags they raise may not decide alone."""
FEWEST = 4
"""Texts with a flag from which its weights are fitted."""

HEAD = """# What each run of letters tells of a flag or an honest text, in tenths (runs.py). Written by bench/advert_runs.py.
"""


class Text(NamedTuple):
    """A text with its runs, what it has and what may be seen in it, and how much it counts."""

    runs: frozenset[str]
    has: frozenset[str]
    may: frozenset[str]
    weight: float


def _text(text: str, has: set[str], may: set[str], weight: float) -> tuple[str, Text]:
    reading = Reading(readable(text))
    kind = "zh" if reading.language == "zh" else "latin"
    rest = without_items(reading.text, items_in(reading.text))
    count = len(raised(reading, offer_items(reading, rest)[1]))
    runs = runs_in(reading.plain, reading.language) | marks(count)
    return kind, Text(frozenset(runs), frozenset(has), frozenset(may), weight)


def texts(paths: Sequence[Path]) -> Iterator[tuple[str, Text]]:
    for one in adverts():
        is_honest = one.flags <= {RedFlag.NO_COMPANY}
        yield _text(one.text, {*map(str, one.flags), *([HONEST] if is_honest else [])}, set(), OWN)
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            row = json.loads(line)
            yield _text(row["text"], {*row["flags"], *([HONEST] if row["honest"] else [])}, set(row["may"]), 1.0)


def _matrix(every: Sequence[Text], runs: Sequence[str]) -> Any:
    place = {run: at for at, run in enumerate(runs)}
    known = [[place[run] for run in text.runs if run in place] for text in every]
    rows = [at for at, ones in enumerate(known) for _ in ones]
    values = [1 / math.sqrt(len(ones)) for ones in known for _ in ones]
    return csr_matrix((values, (rows, [one for ones in known for one in ones])), shape=(len(every), len(runs)))


def fitted(every: Sequence[Text], runs: Sequence[str]) -> dict[str, tuple[float, Any]]:
    """The base of each flag and of `honest`, and a weight for each run, in their order."""
    matrix, found = _matrix(every, runs), {}
    for told in (HONEST, *(flag for flag in RedFlag if flag is not RedFlag.NO_COMPANY)):
        has = np.array([told in text.has for text in every])
        if has.sum() >= FEWEST:
            # A text in which a flag may be seen or not says nothing of it.
            counts = [text.weight if told not in text.may else 1e-6 for text in every]
            model = LogisticRegression(C=STRENGTH, class_weight="balanced", max_iter=300, solver="liblinear")
            model.fit(matrix, has, sample_weight=counts)
            found[str(told)] = (float(model.intercept_[0]), model.coef_[0])
    return found


def table(every: Sequence[Text]) -> str:
    """The file for some texts: the runs that tell most, fitted once more by themselves."""
    counts = Counter(run for text in every for run in text.runs)
    runs = sorted(run for run, count in counts.items() if count >= LEAST)
    spread = np.sqrt([counts[run] for run in runs])
    telling = {
        int(at) for _, column in fitted(every, runs).values() for at in np.argsort(-np.abs(column) * spread)[:KEPT]
    }
    runs = [runs[at] for at in sorted(telling)]
    found = fitted(every, runs)
    columns = [
        [str(round(10 * max(-MOST, min(MOST, value)))) if abs(value) >= SMALL else "" for value in column]
        for _, column in found.values()
    ]
    lines = [["run", *found], ["", *(f"{base:.2f}" for base, _ in found.values())]]
    lines += [[run, *cells] for run, *cells in zip(runs, *columns, strict=True) if any(cells)]
    return HEAD + "".join("\t".join(line) + "\n" for line in lines)


def main(paths: Sequence[Path]) -> None:
    every = list(texts([STRANGERS, *paths]))
    folder = Path(str(files("registry.verification.checks") / "data"))
    for kind in ("zh", "latin"):
        (folder / f"runs-{kind}.tsv").write_text(table([text for one, text in every if one == kind]), "utf-8")


if __name__ == "__main__":
    main([Path(path) for path in sys.argv[1:]])
