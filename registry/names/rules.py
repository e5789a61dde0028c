"""Names in the one form in which they are compared."""

from registry.names.spelling import LONGEST, folded, normalised

__all__ = ["LONGEST", "folded", "normalised"]
