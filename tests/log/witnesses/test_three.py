"""A quorum of two of three witnesses, two of them not ours, in processes of their own; and what each of them is sent."""

from pathlib import Path
from typing import Any

import pytest
import requests
from sqlalchemy.orm import Session, sessionmaker

from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.log.witnesses import client
from tests.log.publishing import publish
from tools.witnesses.programs import GoWitness, OwnWitness
from tools.witnesses.trial import opinions

pytestmark = pytest.mark.thorough


@pytest.fixture
def database_kind() -> str:
    return "sqlite"


def test_two_of_three_witnesses_are_enough_and_none_signs_a_fork(
    settings: Settings, sessions: sessionmaker[Session], tmp_path: Path
) -> None:
    programs = [
        GoWitness("witness.example/go-1", tmp_path / "go-1"),
        GoWitness("witness.example/go-2", tmp_path / "go-2"),
        OwnWitness("witness.example/registry", tmp_path / "own"),
    ]
    found = list(opinions(settings, sessions, programs, tmp_path))
    assert [stated for stated, is_so in found if not is_so] == []
    assert len(found) == 6


def test_each_witness_is_sent_the_head_as_the_log_signed_it(
    settings: Settings, sessions: sessionmaker[Session], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[bytes] = []

    def post(*_facts: Any, data: bytes, **_more: Any) -> None:
        sent.append(data)
        raise requests.ConnectionError

    own = OwnWitness("witness.example/w1", tmp_path / "own")
    settings.prepare_home()
    (settings.home / "witness-policy").write_text(f"witness w1 {own.key} http://w1.example\nquorum none\n")
    publish(sessions, 3)
    signed = sign_committed(settings, sessions)
    assert signed is not None
    monkeypatch.setattr(requests, "post", post)
    cosigned = signed.note + f"\u2014 witness.example/other {'A' * 100}\n"
    request = client._requests(sessions())[0]
    for raw in (signed.note, cosigned):
        with pytest.raises(requests.ConnectionError):
            client.post_checkpoint(request.witness, 0, [], raw)
    assert sent == [f"old 0\n\n{signed.note}".encode()] * 2
