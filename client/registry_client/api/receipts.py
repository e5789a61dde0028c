"""Receipts: signed answers, checked by the registry or without it, and the file of those an organisation keeps."""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TypedDict, Unpack

from registry_client.api.answers import Raw, ReceiptCheck, Whole
from registry_client.api.pages import paged
from registry_client.api.proofs import RowProof
from registry_client.api.questions import Day, as_body, as_query
from registry_client.api.reading import read
from registry_client.api.transport import Transport, path_of
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.trust import Trust, read_trust
from registry_client.verdicts import Report

EXPORT_SECONDS = 600.0


class Which(TypedDict, total=False):
    """Which of the receipts that are kept."""

    agency_id: str
    verdict: str
    from_on: Day
    to_on: Day
    text: str


class WhichLists(TypedDict, total=False):
    """Which of the lists that are kept: `text` is a part of what the file was called, or the reference."""

    from_on: Day
    to_on: Day
    text: str


@dataclass(frozen=True, slots=True)
class ArchivedReceipt(Whole):
    """A signed answer in the organisation's file; it is deleted after `retained_until`."""

    receipt_id: str
    issued_at: datetime
    verdict: str
    question: Raw
    receipt: str
    agency_id: str | None = None
    retained_until: date | None = None


@dataclass(frozen=True, slots=True)
class ChangedReceipt(Whole):
    """What was answered `then` and what the same question gets `today`. `changed` names the parts that differ."""

    receipt_id: str
    issued_at: datetime
    then: str
    today: str | None = None
    changed: tuple[str, ...] = ()
    agency_id: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptSettings(Whole):
    """For how long receipts are kept, and whether every one is."""

    days: int
    is_archiving: bool = False


@dataclass(frozen=True, slots=True)
class ArchivedList(Whole):
    """Many answers under one signature, `manifest`; `registry-client verify-offline` checks it with the statements."""

    list_id: str
    kind: str
    issued_at: datetime
    counts: Raw
    manifest: str
    filename: str | None = None
    is_job: bool = False
    retained_until: date | None = None


@dataclass(frozen=True, slots=True)
class ChangedRow(Whole):
    """A row of an archived list that gets another answer now; `n` is its place, from 0."""

    n: int
    key: str | None = None
    then: str | None = None
    today: str | None = None
    changed: tuple[str, ...] = ()


class ArchivedLists:
    """`client.receipts.lists`: lists that were kept whole."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    def __iter__(self) -> Iterator[ArchivedList]:
        return self.archived()

    def archived(self, **which: Unpack[WhichLists]) -> Iterator[ArchivedList]:
        """Those that are meant, the newest first."""
        return paged(self._transport, ArchivedList, path_of("archived-lists"), which)

    def get(self, list_id: str) -> ArchivedList:
        answered = self._transport.ask("GET", path_of("archived-lists", list_id))
        return read(ArchivedList, answered.json(), answered.where)

    def changes(self, list_id: str) -> Iterator[ChangedRow]:
        """Ask every row anew, a thousand at a time."""
        return paged(self._transport, ChangedRow, path_of("archived-lists", list_id, "changes"), {})

    def proof(self, list_id: str, row: int) -> RowProof:
        """One row, counted from 0, to be shown without the others; its raw form is what verify-offline reads."""
        answered = self._transport.ask("GET", path_of("archived-lists", list_id, "proofs", str(row)))
        return read(RowProof, answered.json(), answered.where)

    def save_statements(self, list_id: str, path: str | os.PathLike[str]) -> None:
        """Write the statements down: a whole file or none."""
        _saved(self._transport, path, path_of("archived-lists", list_id, "statements"), {})

    def delete(self, list_id: str) -> None:
        self._transport.ask("DELETE", path_of("archived-lists", list_id))


class Receipts:
    """`client.receipts`. All but check() needs a key with the scope `receipts`; verify(keep=True) keeps one."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport
        self.lists = ArchivedLists(transport)

    def check(self, receipt: str) -> ReceiptCheck:
        """Ask the registry whether it signed this, and what it answers today."""
        answered = self._transport.ask("POST", path_of("receipts", "verify"), body={"receipt": receipt}, is_read=True)
        return read(ReceiptCheck, answered.json(), answered.where)

    def __iter__(self) -> Iterator[ArchivedReceipt]:
        return self.archived()

    def archived(self, **which: Unpack[Which]) -> Iterator[ArchivedReceipt]:
        """What the organisation keeps."""
        return paged(self._transport, ArchivedReceipt, path_of("receipts"), which)

    def changes(self, **which: Unpack[Which]) -> Iterator[ChangedReceipt]:
        """Those to which the same question gets another answer now."""
        return paged(self._transport, ChangedReceipt, path_of("receipts", "changes"), which)

    def get(self, receipt_id: str) -> ArchivedReceipt:
        answered = self._transport.ask("GET", path_of("receipts", receipt_id))
        return read(ArchivedReceipt, answered.json(), answered.where)

    def settings(self) -> ReceiptSettings:
        """For how long they are kept."""
        answered = self._transport.ask("GET", path_of("receipts", "settings"))
        return read(ReceiptSettings, answered.json(), answered.where)

    def choose(self, days: int, is_archiving: bool | None = None) -> ReceiptSettings:
        """Archive receipts from now on for so many days, and whether every one is archived; None changes nothing."""
        body = as_body({"days": days, "is_archiving": is_archiving})
        answered = self._transport.ask("PUT", path_of("receipts", "settings"), body=body)
        return read(ReceiptSettings, answered.json(), answered.where)

    def check_again(self, receipt_id: str) -> ReceiptCheck:
        answered = self._transport.ask("GET", path_of("receipts", receipt_id, "check"))
        return read(ReceiptCheck, answered.json(), answered.where)

    def export(self, form: str, path: str | os.PathLike[str], **which: Unpack[Which]) -> None:
        """Write them down as `jsonl`, `csv` or `zip`: a whole file or none."""
        _saved(self._transport, path, path_of("receipts", "export"), as_query({**which, "form": form}))

    def delete(self, receipt_id: str) -> None:
        self._transport.ask("DELETE", path_of("receipts", receipt_id))


def _saved(transport: Transport, path: str | os.PathLike[str], where: str, query: Mapping[str, str]) -> None:
    target = Path(path)
    with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
        try:
            transport.save("GET", where, file, whole=EXPORT_SECONDS, query=query)
            file.flush()
            os.replace(file.name, target)
        finally:
            Path(file.name).unlink(missing_ok=True)


def check_offline(receipt: str, trust: Trust | str | Path, at: int | None = None) -> Report:
    """The three verdicts of a receipt, a credential or a bundle, without a network.

    `trust` is a trust file that was compared and kept.

    Raises registry_client.strict.Unreadable.
    """
    if not isinstance(trust, Trust):
        trust = read_trust(Path(trust).read_bytes(), str(trust))
    return verify(receipt.encode(), GatheringOptions(trust, int(time.time()) if at is None else at, None, None, None))
