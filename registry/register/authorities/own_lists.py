"""How the list is called that an authority keeps here itself, by the acts of its officers. Pure."""

import hashlib

_PREFIX = "desk:"
_MAX_LENGTH = 40


def desk_list(authority: str) -> str:
    """The reference of the list that an authority keeps here; no list that is read may have one of this form."""
    whole = f"{_PREFIX}{authority}"
    if len(whole) <= _MAX_LENGTH:
        return whole
    return f"{whole[: _MAX_LENGTH - 9]}-{hashlib.sha256(authority.encode()).hexdigest()[:8]}"


def is_desk_list(source: str) -> bool:
    return source.startswith(_PREFIX)
