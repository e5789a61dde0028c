"""What may be wrong with a field, as a code and the values it speaks of, and its sentence in English.

The catalogues beside this module hold the sentence of each code in every page language (`fault.<code>`), English among them.
Features state the code; programs, logs and terminals read the English sentence, pages that of their reader.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable


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


def read_texts(file: Traversable) -> dict[str, str]:
    """The texts of a catalogue, a PO file, by their keys, without those that are empty."""
    # Loaded by the first that says something: most commands say nothing in these words.
    from babel.messages.pofile import read_po

    with file.open("rb") as content:
        return {str(one.id): str(one.string) for one in read_po(content) if one.id and one.string}
