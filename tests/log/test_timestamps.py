"""Heads stamped by a time-stamp authority of strangers: which, when, and what is refused; `openssl ts` agrees."""

import json
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.errors import KeyTrouble, TimestampMissed
from registry.core.settings import Settings
from registry.log.actions import Draft, append
from registry.log.models import Timestamp
from registry.log.signing import sign_committed
from registry.log.stamps import ROOTS
from registry.log.timestamps import stamp_heads
from tests.log.publishing import publish
from tests.serving import free_port
from tests.tsa import Authority, replaying, time_stamps

Sessions = sessionmaker[Session]

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


def sizes(sessions: Sessions) -> list[int]:
    with sessions() as session:
        return list(session.execute(select(Timestamp.size).order_by(Timestamp.size)).scalars())


def add_head(settings: Settings, sessions: Sessions, key: str | None = None) -> int:
    """Publish an entry, of an agency or of the key given, and sign; gives the size of the head."""
    if key is None:
        publish(sessions)
    else:
        with sessions.begin() as session:
            append(session, [Draft(key, "ranges.published", {"epoch": 1})])
    signed = sign_committed(settings, sessions)
    assert signed is not None
    return signed.size


def test_the_first_head_of_a_day_is_stamped_and_later_ones_wait_for_the_next(
    stamping: Settings, sessions: Sessions
) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        first = add_head(stamping, sessions)
        assert stamp_heads(stamping, sessions) == 1
        second = add_head(stamping, sessions)
        assert stamp_heads(stamping, sessions) == 0
        clock.move_to(NOON + timedelta(hours=11, minutes=59))
        assert stamp_heads(stamping, sessions) == 0
        clock.move_to(NOON + timedelta(hours=12))
        assert stamp_heads(stamping, sessions) == 1
        assert stamp_heads(stamping, sessions) == 0
    assert sizes(sessions) == [first, second]


def test_an_epoch_of_range_files_is_stamped_within_the_hour(stamping: Settings, sessions: Sessions) -> None:
    with time_machine.travel(NOON, tick=False) as clock:
        first = add_head(stamping, sessions)
        stamp_heads(stamping, sessions)
        epoch = add_head(stamping, sessions, "ranges/epoch")
        clock.move_to(NOON + timedelta(minutes=59))
        assert stamp_heads(stamping, sessions) == 0
        clock.move_to(NOON + timedelta(minutes=60))
        assert stamp_heads(stamping, sessions) == 1
    assert sizes(sessions) == [first, epoch]


def test_an_authority_that_is_away_delays_no_head_and_is_made_up_for(
    stamping: Settings, sessions: Sessions, authority: Authority
) -> None:
    away = replace(stamping, timestamps=(f"http://someone:secret@127.0.0.1:{free_port()}/tsa", authority.url))
    size = add_head(away, sessions)
    with pytest.raises(TimestampMissed, match=r"127\.0\.0\.1") as missed:
        stamp_heads(away, sessions)
    assert "secret" not in missed.value.text
    assert sizes(sessions) == [size]
    later = add_head(away, sessions)
    assert later > size
    moved = replace(away, timestamps=(authority.url.replace("127.0.0.1", "localhost"),))
    assert stamp_heads(moved, sessions) == 1
    assert sizes(sessions) == [size, later]


def test_a_stamp_under_another_root_is_refused(stamping: Settings, sessions: Sessions, tmp_path: Path) -> None:
    add_head(stamping, sessions)
    with time_stamps(tmp_path / "stranger") as stranger:
        (stamping.home / ROOTS).write_bytes(stranger.root)
    with pytest.raises(TimestampMissed, match="certificate"):
        stamp_heads(stamping, sessions)
    assert sizes(sessions) == []


def test_an_old_answer_is_no_stamp_of_a_new_head(stamping: Settings, sessions: Sessions) -> None:
    add_head(stamping, sessions)
    stamp_heads(stamping, sessions)
    with sessions() as session:
        old = session.execute(select(Timestamp.token)).scalar_one()
    with replaying(old) as url:
        add_head(stamping, sessions)
        with pytest.raises(TimestampMissed, match="Nonce"):
            stamp_heads(replace(stamping, timestamps=(url,)), sessions)


@pytest.mark.parametrize(
    ("content", "text"), [(None, "cannot be read"), (b"no certificate", "holds no certificates in PEM")]
)
def test_roots_that_cannot_be_read_are_named(
    stamping: Settings, sessions: Sessions, content: bytes | None, text: str
) -> None:
    add_head(stamping, sessions)
    (stamping.home / ROOTS).unlink()
    if content is not None:
        (stamping.home / ROOTS).write_bytes(content)
    with pytest.raises(KeyTrouble, match=text):
        stamp_heads(stamping, sessions)


def test_stamps_are_served_and_openssl_agrees(
    stamping: Settings, sessions: Sessions, client: FlaskClient, tmp_path: Path
) -> None:
    size = add_head(stamping, sessions)
    assert client.get("/log/timestamps/sizes").data == b""
    assert client.get(f"/log/timestamps/{size}").status_code == 404
    stamp_heads(stamping, sessions)
    assert client.get("/log/timestamps/sizes").data == f"{size}\n".encode()
    answer = client.get(f"/log/timestamps/{size}")
    assert answer.content_type == "application/json"
    content = json.loads(answer.data)
    head = client.get("/log/checkpoint").text.partition("\n\n")[0] + "\n"
    assert content["head"] == head
    (stamp,) = content["timestamps"]
    assert stamp["authority"] == stamping.timestamps[0]
    for name, data in (("head", content["head"].encode()), ("token", b64decode(stamp["token"]))):
        (tmp_path / name).write_bytes(data)
    command = ["openssl", "ts", "-verify", "-data", "head", "-in", "token", "-CAfile", str(stamping.home / ROOTS)]
    verified = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert "Verification: OK" in verified.stdout + verified.stderr
    (tmp_path / "head").write_text(head.replace(str(size), str(size + 1)))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


@pytest.mark.parametrize("size", ["01", "-1", "x", "9" * 19, "7"])
def test_no_stamps_of_what_is_no_stamped_size(
    client: FlaskClient, stamping: Settings, sessions: Sessions, size: str
) -> None:
    add_head(stamping, sessions)
    assert client.get(f"/log/timestamps/{size}").status_code == 404
