"""What a rule says: a finding, and the best answer it leaves open."""

from typing import NamedTuple

from registry.terms import Answer
from registry.verdicts.question import Finding

GRAVITY = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}
"""The gravest finding decides."""


class Judged(NamedTuple):
    """A finding and the best answer it leaves open: YES for one that only informs."""

    answer: Answer
    finding: Finding
