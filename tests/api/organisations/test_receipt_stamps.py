"""Archived receipts and lists that an authority of strangers stamps: together, once an hour, and proven without the registry."""

import io
import json
import subprocess
import zipfile
from base64 import b64decode
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from cryptography import x509
from flask.testing import FlaskClient
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.trust import read_trust
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.bulk.archive import receipts, stamps
from registry.bulk.archive.stamps import forget_batches, stamps_due
from registry.bulk.models import ArchivedReceipt, BatchStamp, StampedBatch
from registry.core.clock import now
from registry.core.db.engine import Base
from registry.core.errors import TimestampMissed
from registry.core.settings import Settings
from registry.log.stamps import ROOTS
from registry.log.timestamps import ask_authorities
from registry.vocabulary.organisations import StampStanding
from registry.vocabulary.register import Answer
from tests.api.organisations.conftest import Program
from tests.api.shapes import assert_as_documented
from tests.log.publishing import Publish
from tests.make import CZECH_AT_HOME, licence_record, make_agency, make_organisation, organisation_call
from tests.serving import free_port
from tests.tsa import Authority, time_stamps

Sessions = sessionmaker[Session]
NUMBER = "VYMYSL/R1"
KEPT = {"licence_number": NUMBER, "keep": True} | CZECH_AT_HOME
VERIFY, FILE, LISTS = "/api/v1/verify", "/api/v1/receipts", "/api/v1/archived-lists"
NOON = datetime(2026, 12, 3, 12, tzinfo=UTC)


@pytest.fixture
def authority(tmp_path: Path) -> Iterator[Authority]:
    with time_stamps(tmp_path / "authority") as running:
        yield running


@pytest.fixture
def stamping(settings: Settings, authority: Authority) -> Settings:
    """Settings that name the authority, with its root in the data folder."""
    settings.prepare_home()
    (settings.home / ROOTS).write_bytes(authority.root)
    return replace(settings, timestamps=(authority.url,))


@pytest.fixture
def archive(session: Session, publish: Publish) -> Callable[[int], None]:
    """Archives so many receipts of a new organisation."""
    publish()
    organisation = make_organisation(session, "Invented Works")
    session.commit()

    def kept(count: int) -> None:
        call = organisation_call(session, organisation.id)
        for number in range(count):
            receipts.archive_receipt(call, f"receipt {number} of {call.at}", {}, Answer.YES, None)
        session.commit()

    return kept


def stamp_archive(settings: Settings, sessions: Sessions) -> int:
    """As the worker does. Gives how many stamps came."""
    return ask_authorities(settings, sessions, stamps_due(settings, sessions))


def count_of(sessions: Sessions, kind: type[Base]) -> int:
    with sessions() as session:
        return len(session.scalars(select(kind)).all())


def test_what_is_archived_is_stamped_together_and_proven_without_the_registry(
    client: FlaskClient,
    session: Session,
    sessions: Sessions,
    publish: Publish,
    program: Program,
    foreign: Program,
    stamping: Settings,
    authority: Authority,
    tmp_path: Path,
) -> None:
    make_agency(session, licences=(licence_record(number=NUMBER),))
    publish()
    receipt_id = program.post(VERIFY, KEPT).json["receipt_id"]
    others = foreign.post(VERIFY, KEPT).json["receipt_id"]
    items = {"items": [{"licence_number": NUMBER}], "keep": True}
    list_id = program.post("/api/v1/verifications", items).json["list_id"]
    assert program.get(f"{FILE}/{receipt_id}").json["stamp"] is None
    # One stamp for all of them.
    assert stamp_archive(stamping, sessions) == 1
    session.expire_all()
    stored, whole = program.get(f"{FILE}/{receipt_id}"), program.get(f"{LISTS}/{list_id}")
    assert_as_documented(stored, "getReceipt")
    assert_as_documented(whole, "getArchivedList")
    assert stored.json["stamp"]["head"].split("\n")[1] == "3"
    trust = read_trust(client.get("/.well-known/registry-trust.json").data)
    roots = tuple(x509.load_pem_x509_certificates(authority.root))

    def codes(data: bytes, stamp: object = None) -> set[str]:
        form = GatheringOptions(trust, int(now().timestamp()) + 5, timestamp_roots=roots)
        report = verify(data, replace(form, timestamp=json.dumps(stamp).encode() if stamp else None))
        return {one.code for one in report.issued}

    assert "existed_before" in codes(stored.data)
    assert "existed_before" in codes(whole.json["manifest"].encode(), whole.json["stamp"])
    assert "timestamp_of_another_file" in codes(stored.json["receipt"].encode(), whole.json["stamp"])
    assert "existed_before" in codes(foreign.get(f"{FILE}/{others}").data)
    with zipfile.ZipFile(io.BytesIO(program.get(f"{FILE}/export?form=zip").data)) as files:
        (name,) = [one for one in files.namelist() if one.endswith(".jwt")]
        stamp = json.loads(files.read(name.replace(".jwt", ".stamp.json")))
        assert "existed_before" in codes(files.read(name), stamp)
    (line,) = program.get(f"{FILE}/export?form=jsonl").data.splitlines()
    assert "existed_before" in codes(line)
    assert stamp["timestamps"][0]["at"] in program.get(f"{FILE}/export?form=csv").text
    (tmp_path / "head").write_text(stamp["head"])
    (tmp_path / "token").write_bytes(b64decode(stamp["timestamps"][0]["token"]))
    command = ["openssl", "ts", "-verify", "-data", "head", "-in", "token", "-CAfile", str(stamping.home / ROOTS)]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0


def test_a_batch_is_made_once_an_hour_and_only_of_what_waits(
    stamping: Settings, sessions: Sessions, session: Session, archive: Callable[[int], None]
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        assert stamp_archive(stamping, sessions) == 0
        archive(1)
        assert stamp_archive(stamping, sessions) == 1
        archive(2)
        clock.move_to(NOON + timedelta(minutes=59))
        assert stamp_archive(stamping, sessions) == 0
        clock.move_to(NOON + timedelta(hours=1))
        assert stamp_archive(stamping, sessions) == 1
        clock.move_to(NOON + timedelta(hours=3))
        assert stamp_archive(stamping, sessions) == 0
    assert list(session.scalars(select(ArchivedReceipt.batch_id).order_by(ArchivedReceipt.id))) == [1, 2, 2]


def test_many_that_wait_are_several_batches_and_each_is_proven(
    stamping: Settings,
    sessions: Sessions,
    session: Session,
    archive: Callable[[int], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(stamps, "AT_ONCE", 2)
    archive(5)
    assert stamp_archive(stamping, sessions) == 3
    members = session.scalars(select(ArchivedReceipt)).all()
    standings = [stamps.standings_of(one, stamping.home)[0][1] for one in members]
    assert standings == [StampStanding.HOLDS] * 5
    # What was changed since does not stand under it.
    members[0].token += " "
    assert stamps.standings_of(members[0], stamping.home)[0][1] is StampStanding.FALSE
    (stamping.home / ROOTS).unlink()
    assert stamps.standings_of(members[1], stamping.home)[0][1] is StampStanding.STRANGE


def test_an_authority_that_is_away_is_made_up_for_within_a_day(
    stamping: Settings, sessions: Sessions, authority: Authority, archive: Callable[[int], None]
) -> None:
    away = f"http://127.0.0.1:{free_port()}/tsa"
    back = authority.url.replace("127.0.0.1", "localhost")
    with time_machine.travel(NOON, tick=False) as clock:
        archive(1)
        for form, count in (((away,), 0), ((away, authority.url), 1)):
            with pytest.raises(TimestampMissed, match=away):
                stamp_archive(replace(stamping, timestamps=form), sessions)
            assert count_of(sessions, BatchStamp) == count
        assert stamp_archive(replace(stamping, timestamps=(back,)), sessions) == 1
        clock.move_to(NOON + timedelta(days=1))
        late = authority.url.replace("127.0.0.1", "127.0.0.2")
        assert stamp_archive(replace(stamping, timestamps=(late,)), sessions) == 0
    assert count_of(sessions, StampedBatch) == 1


def test_a_batch_goes_with_the_last_of_its_members(
    stamping: Settings, sessions: Sessions, session: Session, archive: Callable[[int], None]
) -> None:
    archive(2)
    stamp_archive(stamping, sessions)
    first, second = session.scalars(select(ArchivedReceipt)).all()
    for one, left in ((first, 1), (second, 0)):
        session.delete(one)
        session.flush()
        forget_batches(session)
        assert [len(session.scalars(select(kind)).all()) for kind in (StampedBatch, BatchStamp)] == [left, left]
