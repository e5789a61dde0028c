"""Names as the rest of the registry asks for them: the form in which they are compared, their keys, how near two are."""

from registry.register.names.keys import keys_of, query_keys
from registry.register.names.scoring import FLOOR, NEAR, SLIPS, Match, is_borne, score
from registry.register.names.spelling import MAX_LENGTH, folded, is_disguised, normalised, published_spelling

__all__ = [
    "FLOOR",
    "MAX_LENGTH",
    "NEAR",
    "SLIPS",
    "Match",
    "folded",
    "is_borne",
    "is_disguised",
    "keys_of",
    "normalised",
    "published_spelling",
    "query_keys",
    "score",
]
