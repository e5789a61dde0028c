"""What may be wrong with a field, as a code and the values it speaks of, and its sentence in English.

The catalogues beside this module hold the sentence of each code in every page language (`fault.<code>`), English among them.
Features state the code; programs, logs and terminals read the English sentence, pages that of their reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from registry.core.po import read_texts


@dataclass(frozen=True, slots=True)
class Message:
    """A code such as `too_long` with the values of its sentence, such as `most=100`; as text it is the English sentence."""

    code: str
    facts: Mapping[str, object] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return _english()[f"fault.{self.code}"].format_map(self.facts)


def message(code: str, /, **facts: object) -> Message:
    """The message of a code with its values."""
    return Message(code, facts)


@cache
def _english() -> Mapping[str, str]:
    # Read when the first fault is stated: most commands and requests state none.
    return read_texts(files(__name__) / "en.po")
