"""Archived receipts as files: JSON lines, a table, or an archive that can be checked without the registry."""

import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from registry.bulk.archive import receipts
from registry.bulk.archive.stamps import Member, stamp_payload
from registry.bulk.models import ArchivedReceipt
from registry.core.clock import instant_text
from registry.core.errors import Fault, InvalidInput, NotFound
from registry.core.spreadsheets import as_csv
from registry.http.responses import File, encode, file_of
from registry.vocabulary.codes import Problem

MAX_EXPORTED = 10_000

COLUMNS = ("receipt_id", "issued_at", "stamped_at", "agency_id", "verdict", "question", "retained_until", "receipt")


def export(session: Session, organisation_id: int, form: str, which: receipts.Filter) -> File:
    """The receipts of an organisation in one of FORMS, the oldest first. Raises InvalidInput beyond MAX_EXPORTED."""
    found: list[ArchivedReceipt] = []
    for one in receipts.every_receipt(session, organisation_id, which):
        if len(found) == MAX_EXPORTED:
            detail = f"more than {MAX_EXPORTED} receipts: ask for fewer days at once"
            raise InvalidInput([Fault("from_on", Problem.TOO_MANY, detail)])
        found.append(one)
    return file_of(_WRITERS[form](found), f"receipts.{form}")


def receipt_file(stored: ArchivedReceipt) -> File:
    """One receipt as a file that `registry-client verify-offline` takes as it is."""
    return file_of(stored.token.encode(), _name(stored))


def stamp_file(stored: Member) -> File:
    """The time stamp of a receipt or of a list's manifest. Raises NotFound while there is none."""
    stamp = stamp_payload(stored)
    if stamp is None:
        raise NotFound("no authority has stamped it yet")
    return file_of(encode(stamp), f"{stored.issued_at:%Y-%m-%d}-{stored.reference}.stamp.json")


def receipt_payload(stored: ArchivedReceipt) -> dict[str, Any]:
    return {
        "receipt_id": stored.reference,
        "issued_at": instant_text(stored.issued_at),
        "agency_id": stored.agency,
        "verdict": stored.verdict,
        "question": stored.question,
        "retained_until": stored.ends_on,
        "receipt": stored.token,
        "stamp": stamp_payload(stored),
    }


def _name(stored: ArchivedReceipt) -> str:
    return f"{stored.issued_at:%Y-%m-%d}-{stored.reference}.jwt"


def _as_lines(found: Iterable[ArchivedReceipt]) -> bytes:
    return b"".join(encode(receipt_payload(one)) + b"\n" for one in found)


def _as_table(found: Iterable[ArchivedReceipt]) -> bytes:
    def rows() -> Iterator[list[Any]]:
        for one in found:
            question = "; ".join(f"{name}={value}" for name, value in one.question.items())
            view = receipt_payload(one) | {"question": question, "stamped_at": _stamped_at(one)}
            yield [view[name] for name in COLUMNS]

    return as_csv(COLUMNS, rows())


def _stamped_at(stored: ArchivedReceipt) -> str | None:
    stamps = stored.batch.stamps if stored.batch is not None else []
    return instant_text(stamps[0].stamped_at) if stamps else None


def _as_archive(found: Sequence[ArchivedReceipt]) -> bytes:
    """The table, and a file for each receipt, with its time stamp beside it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("receipts.csv", _as_table(found))
        for one in found:
            archive.writestr(f"receipts/{_name(one)}", one.token)
            stamp = stamp_payload(one)
            if stamp is not None:
                archive.writestr(f"receipts/{_name(one).removesuffix('.jwt')}.stamp.json", encode(stamp))
    return body.getvalue()


_WRITERS: Mapping[str, Callable[[Sequence[ArchivedReceipt]], bytes]] = {
    "csv": _as_table,
    "zip": _as_archive,
    "jsonl": _as_lines,
}
FORMS = tuple(_WRITERS)
