"""Names as the rest of the registry asks for them: the form in which they are compared, their keys, how near two are."""

from registry.names.keys import asked_keys, keys_of
from registry.names.scoring import FLOOR, NEAR, Match, score
from registry.names.spelling import LONGEST, folded, normalised

__all__ = ["FLOOR", "LONGEST", "NEAR", "Match", "asked_keys", "folded", "keys_of", "normalised", "score"]
