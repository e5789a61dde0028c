"""What a rule says: a finding, and the best answer it leaves open."""

from typing import NamedTuple

from registry.verification.verdicts.question import Finding
from registry.vocabulary.register import Answer

GRAVITY = {Answer.YES: 0, Answer.UNKNOWN: 1, Answer.NO: 2}
"""The gravest finding decides."""


class Judged(NamedTuple):
    """A finding and the best answer it leaves open: YES for one that only informs."""

    answer: Answer
    finding: Finding
