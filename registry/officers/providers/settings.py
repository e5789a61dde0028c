"""Settings of officers' OpenID providers: the operator's text `providers.toml`. None without it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from registry.core.errors import SettingsError

FILE = "providers.toml"

_KNOWN = frozenset(
    {"name", "issuer", "client_id", "secret_file", "authority", "acr", "amr", "max_age", "only", "token_hours"}
)
MAX_TOKEN_HOURS = 24
"""Ended sessions are kept for a day and no longer, and they show that a token's officer signed in at the provider."""
_LOCAL = frozenset({"localhost", "127.0.0.1"})


@dataclass(frozen=True, slots=True)
class Provider:
    """An OpenID provider. `acr` and `amr`: values by which it says that it asked for a second factor; else we ask.

    `max_age`, in seconds: an officer who signed in there longer ago has to do so again. `authority`: whose officers may
    use it. `only`: units whose officers can sign in no other way; True means all of the authority. For those, tokens of
    programs work for `token_hours` after the officer signed in there, and again once the officer does so.
    """

    key: str
    name: str
    issuer: str
    client_id: str
    secret: str = field(repr=False)
    authority: str
    acr: frozenset[str] = frozenset()
    amr: frozenset[str] = frozenset()
    max_age: int = 3600
    only: bool | frozenset[str] = False
    token_hours: int = 12

    def is_only_way(self, authority: str, unit: str) -> bool:
        """Whether officers of a unit sign in with this and not with a password."""
        is_unit_named = self.only is True or (isinstance(self.only, frozenset) and unit in self.only)
        return authority == self.authority and is_unit_named


def read_providers(text: str, home: Path) -> Mapping[str, Provider]:
    """The providers that a text describes, whose secrets lie in files of that folder. Raises SettingsError."""
    try:
        given = tomllib.loads(text)
    except ValueError as fault:
        raise SettingsError(f"{FILE} cannot be read as TOML: {fault}") from None
    found = {key: _provider(home, key, facts) for key, facts in given.items()}
    sole = [one for one in found.values() if one.only]
    for place, one in enumerate(sole):
        for other in sole[place + 1 :]:
            if one.authority == other.authority and _meet(one.only, other.only):
                raise SettingsError(f"{FILE}: [{one.key}] and [{other.key}] cannot both be the only way in of one unit")
    return found


def is_safe(address: str) -> bool:
    """Whether a URL may be called: only with TLS, or on this very machine."""
    parts = urlsplit(address)
    return bool(parts.hostname) and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOCAL))


def _meet(one: bool | frozenset[str], other: bool | frozenset[str]) -> bool:
    return not (isinstance(one, frozenset) and isinstance(other, frozenset)) or bool(one & other)


def _provider(home: Path, key: str, facts: Any) -> Provider:
    def wrong(why: str) -> SettingsError:
        return SettingsError(f"{FILE}: [{key}] {why}")

    if not re.fullmatch(r"[a-z0-9-]{1,40}", key) or not isinstance(facts, dict):
        raise wrong("must be a table whose name is lower-case letters, digits and hyphens")
    for unknown in facts.keys() - _KNOWN:
        raise wrong(f"has {unknown}, which is no setting; there are {', '.join(sorted(_KNOWN))}")
    for name in ("name", "issuer", "client_id", "secret_file", "authority"):
        if not isinstance(facts.get(name), str) or not facts[name].strip():
            raise wrong(f"needs {name}, a text")
    if not is_safe(facts["issuer"]) or urlsplit(facts["issuer"]).query or urlsplit(facts["issuer"]).fragment:
        raise wrong("issuer must be an https address, exactly as the provider writes it")
    for name in ("acr", "amr"):
        if not isinstance(facts.get(name, []), list) or not all(isinstance(word, str) for word in facts.get(name, [])):
            raise wrong(f"{name} must be a list of texts")
    age = facts.get("max_age", 3600)
    if not isinstance(age, int) or isinstance(age, bool) or not 60 <= age <= 43200:
        raise wrong("max_age must be seconds from 60 to 43200")
    hours = facts.get("token_hours", 12)
    if not isinstance(hours, int) or isinstance(hours, bool) or not 1 <= hours <= MAX_TOKEN_HOURS:
        raise wrong(f"token_hours must be hours from 1 to {MAX_TOKEN_HOURS}")
    only = facts.get("only", False)
    if not isinstance(only, bool | list) or (isinstance(only, list) and not all(isinstance(one, str) for one in only)):
        raise wrong("only must be true, false or a list of units")
    file = home / facts["secret_file"]
    try:
        secret = file.read_text(encoding="utf-8").strip()
    except (OSError, ValueError):
        secret = ""
    if not secret:
        raise wrong(f"secret_file: {file} cannot be read or is empty")
    return Provider(
        key,
        facts["name"].strip(),
        facts["issuer"],
        facts["client_id"],
        secret,
        facts["authority"],
        frozenset(facts.get("acr", [])),
        frozenset(facts.get("amr", [])),
        age,
        frozenset(only) if isinstance(only, list) else only,
        hours,
    )
