"""Wallets that are asked for a licence or a staff card. Needs the scope `verify`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from registry_client.api.answers import Whole
from registry_client.api.questions import as_body
from registry_client.api.reading import read
from registry_client.api.transport import Transport, new_idempotency_key, path_of


@dataclass(frozen=True, slots=True)
class Asked(Whole):
    """A request: the holder's wallet opens `link`, or scans `qr`, an SVG picture as a data: address."""

    presentation_id: str
    link: str
    qr: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Presentation(Whole):
    """What came of a request. Nothing is shown before `state` is `shown`; compare name and face."""

    presentation_id: str
    ask: str
    state: str
    refusal: str | None
    agency_id: str | None
    agency_names: tuple[str, ...]
    licence_id: str | None
    person: Mapping[str, Any] | None
    today: Mapping[str, Any] | None
    until: datetime


class Presentations:
    """`client.presentations`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def ask(
        self,
        what: str,
        purpose: str,
        *,
        origin: str | None = None,
        destination: str | None = None,
        nationality: str | None = None,
        return_url: str | None = None,
    ) -> Asked:
        """Ask a wallet for `licence`, `card` or `both`. The holder sees the purpose; all is deleted after five minutes."""
        job = {"origin": origin, "destination": destination, "nationality": nationality}
        body = as_body({"ask": what, "purpose": purpose, **job, "return_url": return_url})
        answered = self._transport.ask("POST", path_of("presentations"), body=body, once=new_idempotency_key())
        return read(Asked, answered.json(), answered.where)

    def get(self, presentation_id: str, response_code: str | None = None) -> Presentation:
        """What came of a request. `response_code` is what a wallet brought to `return_url`."""
        query = {} if response_code is None else {"response_code": response_code}
        answered = self._transport.ask("GET", path_of("presentations", presentation_id), query=query)
        return read(Presentation, answered.json(), answered.where)
