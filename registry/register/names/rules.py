"""Names as the rest of the registry asks for them: the form in which they are compared, their keys, how near two are."""

from registry.register.names.keys import asked_keys, keys_of
from registry.register.names.scoring import FLOOR, NEAR, SLIPS, Match, is_borne, score
from registry.register.names.spelling import LONGEST, folded, is_disguised, normalised

__all__ = [
    "FLOOR",
    "LONGEST",
    "NEAR",
    "SLIPS",
    "Match",
    "asked_keys",
    "folded",
    "is_borne",
    "is_disguised",
    "keys_of",
    "normalised",
    "score",
]
