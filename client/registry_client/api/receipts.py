"""Receipts: signed answers, checked by the registry or without it."""

import time
from pathlib import Path

from registry_client.api.answers import ReceiptCheck
from registry_client.api.reading import read
from registry_client.api.transport import Transport, path_of
from registry_client.gathering import Asked
from registry_client.offline import verify
from registry_client.trust import Trust, read_trust
from registry_client.verdicts import Report


class Receipts:
    """`client.receipts`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def check(self, receipt: str) -> ReceiptCheck:
        """Ask the registry whether it signed this, and what it answers today."""
        answered = self._transport.ask("POST", path_of("receipts", "verify"), body={"receipt": receipt}, is_read=True)
        return read(ReceiptCheck, answered.json(), answered.where)


def check_offline(receipt: str, trust: Trust | str | Path, at: int | None = None) -> Report:
    """The three verdicts of a receipt, without a network. `trust` is a trust file that was compared and kept.

    Raises registry_client.strict.Unreadable.
    """
    if not isinstance(trust, Trust):
        trust = read_trust(Path(trust).read_bytes(), str(trust))
    return verify(receipt.encode(), Asked(trust, int(time.time()) if at is None else at, None, None, None))
