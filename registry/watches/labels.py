"""How an organisation names what is its own."""

from registry.core.errors import Fault, InvalidInput
from registry.vocabulary.codes import Problem

MAX_LABEL = 120


def read_label(text: str) -> str:
    """One tidy line. Raises InvalidInput."""
    tidy = " ".join(text.split())
    if not 1 <= len(tidy) <= MAX_LABEL or not tidy.isprintable():
        detail = f"must be 1 to {MAX_LABEL} characters on one line"
        raise InvalidInput([Fault("label", Problem.INVALID_VALUE, detail)])
    return tidy
