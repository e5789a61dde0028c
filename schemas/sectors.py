"""NACE codes: which exist in which revision."""

import re
import unicodedata
from functools import lru_cache

from stdnum.eu import nace
from stdnum.exceptions import ValidationError

MAX_LENGTH = 20

NACE_PATTERN = r"^[0-9]{2}(\.?[0-9]{1,2})?$"
"""How a division, group or class is written in the documentation; more ways are understood."""

_SECTOR = re.compile(r"([0-9]{2})(?:[. ]?([0-9]{1,2}))?")


@lru_cache(maxsize=4096)
def tidy_sector(text: str) -> str:
    """`1410` and `14 10` as `14.10`. ValueError when it does not look like a division, group or class."""
    match = _SECTOR.fullmatch(unicodedata.normalize("NFKC", text))
    if match is None:
        raise ValueError("must be a NACE division, group or class, for example 14, 14.1 or 14.10")
    return f"{match[1]}.{match[2] or ''}".rstrip(".")


@lru_cache(maxsize=4096)
def exists(sector: str, revision: str) -> bool:
    try:
        nace.validate(sector, revision=revision)
    except ValidationError:
        return False
    return True


@lru_cache(maxsize=4096)
def label(sector: str, revision: str) -> str:
    """Eurostat's English name of a code that exists."""
    return str(nace.get_label(sector, revision=revision))
