"""`python -m tools.witnesses.times`: what a time-stamp authority of strangers (certomancer) says of heads and of a receipt.

rfc3161-client and OpenSSL read it. Each opinion is a line, "agrees ..." or "DISAGREES ..."; the exit code is 1 when any
disagrees.
"""

import os
import subprocess
import sys
import time
from base64 import b64decode
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import time_machine
from registry_client.strict import Refused
from registry_client.timestamps import check_stamp, read_roots
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk.archive import receipts
from registry.bulk.archive.stamps import stamp_payload
from registry.bulk.models import ArchivedReceipt
from registry.core.calls import Call
from registry.core.clock import now
from registry.core.db.engine import open_engine, sessions_for
from registry.core.errors import TimestampMissed
from registry.core.ids import new_reference
from registry.core.settings import Settings
from registry.log import queries
from registry.log.actions import Draft, append
from registry.log.signing import sign_committed
from registry.log.stamps import ROOTS
from registry.log.timestamps import stamp_heads
from registry.organisations.models import Organisation, OrganisationActor
from registry.vocabulary.register import Answer
from registry.worker.schedule import stamp_archive
from tests.make import make_organisation
from tests.travelling import take_the_database_along
from tests.tsa import Authority, time_stamps
from tools.cluster.parts import free_ports
from tools.witnesses.programs import CLI

NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Readers:
    """Two programs that know nothing of each other, and a folder for their files."""

    folder: Path

    def believe(self, message: bytes, token: bytes, roots: bytes) -> bool:
        """Whether both believe a stamp of a message; an error where only one does."""
        for name, data in (("message", message), ("token", token), ("roots", roots)):
            (self.folder / name).write_bytes(data)
        command = ["openssl", "ts", "-verify", "-data", "message", "-in", "token", "-CAfile", "roots"]
        by_openssl = subprocess.run(command, cwd=self.folder, capture_output=True, check=False).returncode == 0
        is_believed = False
        with suppress(Refused):
            is_believed = bool(check_stamp(token, message, read_roots(roots, "roots")))
        if is_believed is not by_openssl:
            raise RuntimeError(f"rfc3161-client says {is_believed}, openssl {by_openssl}")
        return is_believed


def opinions(
    settings: Settings, sessions: sessionmaker[Session], own: Authority, other: Authority, readers: Readers
) -> Iterator[tuple[str, bool]]:
    """Try them one by one: `settings` and `sessions` are those of a log without entries."""
    settings.prepare_home()
    (settings.home / ROOTS).write_bytes(own.root)
    with time_machine.travel(NOON, tick=False) as clock:
        first = _grow(settings, sessions)
        stamp_heads(settings, sessions)
        clock.move_to(NOON + timedelta(days=1))
        second = _grow(settings, sessions)
        stamp_heads(settings, sessions)
        stamps = {size: _stamp_of(sessions, size) for size in _sizes(sessions)}
        yield "the head of each of two days is stamped", list(stamps) == [first, second]
        text, token = stamps[second]
        yield "rfc3161-client and openssl believe it", readers.believe(text, token, own.root)
        yield "both refuse it for another head", not readers.believe(stamps[first][0], token, own.root)
        changed = token[:-8] + bytes([token[-8] ^ 1]) + token[-7:]
        yield "both refuse it with one bit changed", not readers.believe(text, changed, own.root)
        yield "both refuse it under the root of another authority", not readers.believe(text, token, other.root)
        clock.move_to(NOON + timedelta(days=2))
        away = replace(settings, timestamps=(f"http://127.0.0.1:{free_ports(1)[0]}/tsa",))
        began, third = time.perf_counter(), _grow(away, sessions)
        spent, is_missed = time.perf_counter() - began, False
        try:
            stamp_heads(away, sessions)
        except TimestampMissed:
            is_missed = True
        yield (
            f"the authority is away, and a head is shown after {spent:.2f} s",
            is_missed and _shown_size(sessions) == third,
        )
        stamp_heads(settings, sessions)
        yield "it is back, and the newest head is stamped", _sizes(sessions)[-1] == third
        yield (
            "an archived receipt is stamped, and both believe it",
            readers.believe(*_receipt(settings, sessions), own.root),
        )


def _grow(settings: Settings, sessions: sessionmaker[Session]) -> int:
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": 1})])
    sign_committed(settings, sessions)
    return _shown_size(sessions)


def _shown_size(sessions: sessionmaker[Session]) -> int:
    with sessions() as session:
        return queries.head(session).size


def _sizes(sessions: sessionmaker[Session]) -> list[int]:
    with sessions() as session:
        return queries.stamped_sizes(session)


def _stamp_of(sessions: sessionmaker[Session], size: int) -> tuple[bytes, bytes]:
    with sessions() as session:
        head = queries.stamped_head(session, size)
        return head.text.encode(), head.stamps[0].token


def _receipt(settings: Settings, sessions: sessionmaker[Session]) -> tuple[bytes, bytes]:
    with sessions.begin() as session:
        organisation: Organisation = make_organisation(session, "Invented Works")
        call = Call(session, OrganisationActor(organisation.id), now(), None)
        receipts.archive_receipt(call, "a.b.c", {}, Answer.YES, None)
    stamp_archive(settings, sessions)
    with sessions() as session:
        stamp: dict[str, Any] = stamp_payload(session.scalars(select(ArchivedReceipt)).one()) or {}
        return stamp["head"].encode(), b64decode(stamp["timestamps"][0]["token"])


def main() -> int:
    take_the_database_along()
    with TemporaryDirectory(prefix="times-") as name:
        folder = Path(name)
        settings = Settings(
            home=folder / "home", database_url=f"sqlite:///{folder}/log.sqlite3", files=folder / "files"
        )
        own = {"REGISTRY_HOME": str(settings.home), "REGISTRY_DATABASE_URL": settings.database_url}
        subprocess.run([*CLI, "db", "upgrade"], env=os.environ | own, check=True, stdout=subprocess.DEVNULL)
        found = []
        with (
            open_engine(settings.database_url) as engine,
            time_stamps(folder / "authority") as authority,
            time_stamps(folder / "stranger") as stranger,
        ):
            form = replace(settings, timestamps=(authority.url,))
            for stated, is_so in opinions(form, sessions_for(engine), authority, stranger, Readers(folder)):
                sys.stdout.write(f"{'agrees    ' if is_so else 'DISAGREES '} time: {stated}\n")
                sys.stdout.flush()
                found.append(is_so)
        return 0 if all(found) else 1


if __name__ == "__main__":
    sys.exit(main())
