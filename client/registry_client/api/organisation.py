"""One's own organisation, its people and its keys. Needs the scope `organisation`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from registry_client.api.answers import Whole
from registry_client.api.pages import paged
from registry_client.api.questions import as_body
from registry_client.api.reading import read
from registry_client.api.transport import Transport, new_idempotency_key, path_of


@dataclass(frozen=True, slots=True)
class Organisation(Whole):
    """Whose key was sent, and what that key opens."""

    organisation_id: str
    name: str
    country: str
    key_id: str = ""
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Member(Whole):
    member_id: str
    name: str
    email: str
    role: str
    has_second_step: bool = False


@dataclass(frozen=True, slots=True)
class Key(Whole):
    """A key by its beginning. `key` is its text, which make() and exchange() show once: keep it."""

    key_id: str
    label: str
    prefix: str
    scopes: tuple[str, ...]
    expires_on: date
    created_on: date | None = None
    last_used_on: date | None = None
    replaced_by: str | None = None
    key: str = field(default="", repr=False)


class Keys:
    """`client.keys`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __iter__(self) -> Iterator[Key]:
        return paged(self._transport, Key, path_of("organisation", "keys"))

    def make(
        self, label: str, scopes: Sequence[str], days: int | None = None, *, networks: Sequence[str] | None = None
    ) -> Key:
        """A key with no more scopes than the one that asks; `networks`: from where alone it opens, in CIDR notation."""
        bound = None if networks is None else list(networks)
        return self._make_key({"label": label, "scopes": list(scopes), "days": days, "networks": bound})

    def usage(self, key_id: str, days: int | None = None) -> dict[str, int]:
        """Requests by day in UTC, of the last 90 days or so many, the latest first; days without any are absent."""
        query = {} if days is None else {"days": str(days)}
        path = path_of("organisation", "keys", key_id, "usage")
        answered = self._transport.ask("GET", path, query=query)
        return {one["day"]: one["requests"] for one in answered.json()["items"]}

    def exchange(self, key_id: str, overlap_days: int | None = None) -> Key:
        """A new key in the place of an old one, which stays good for some days."""
        return self._make_key({"overlap_days": overlap_days}, key_id, "exchange")

    def revoke(self, key_id: str) -> None:
        self._transport.ask("DELETE", path_of("organisation", "keys", key_id))

    def _make_key(self, body: dict[str, Any], *parts: str) -> Key:
        answered = self._transport.ask(
            "POST", path_of("organisation", "keys", *parts), body=as_body(body), once=new_idempotency_key()
        )
        return read(Key, answered.json(), answered.where)
