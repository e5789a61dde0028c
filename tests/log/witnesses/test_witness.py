"""A witness and the log that asks it, over real HTTP: it signs what follows from what it saw, and nothing else."""

import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import instant_text, now
from registry.core.errors import KeyTrouble
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.log import note, queries, tree
from registry.log.audit import audit
from registry.log.models import Checkpoint
from registry.log.signing import sign_committed
from registry.log.witnesses.client import ask_witnesses
from registry.log.witnesses.server import Witness, server_for
from tests.log.publishing import publish
from tests.serving import free_port

Sessions = sessionmaker[Session]


def made_witness(folder: Path, keys: list[note.VerifierKey]) -> Witness:
    keyring = Keyring(folder / "keys")
    if not keyring.keys():
        keyring.make(Use.LOG, instant_text(now()))
    return Witness("witness.example/w", keyring.signer(Use.LOG), keys, folder)


@contextmanager
def running(witness: Witness, port: int = 0) -> Iterator[str]:
    server: ThreadingHTTPServer = server_for(witness, "127.0.0.1", port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def with_policy(settings: Settings, witness: Witness, url: str, quorum: str = "w") -> None:
    settings.home.mkdir(parents=True, exist_ok=True)
    (settings.home / "witness-policy").write_text(f"witness w {witness.key} {url}\nquorum {quorum}\n")


class Log:
    """A log in memory that signs any head."""

    def __init__(self, tmp_path: Path) -> None:
        keyring = Keyring(tmp_path / "log-keys")
        self.signer = keyring.make(Use.LOG, instant_text(now()))
        self.key = note.VerifierKey("log.example", note.ED25519, queries.raw_public(self.signer.key.public))
        self.read = tree.reading(tree.levels_of(tree.leaf_hashes(bytes([n]) for n in range(50))))

    def head(self, size: int, root: bytes | None = None) -> str:
        text = note.Checkpoint("log.example", size, root or tree.root_at(self.read, size)).text()
        return note.signed(text, [(self.key, self.signer.sign)])

    def body(self, old: int, size: int, **facts: bytes) -> str:
        proof = "".join(f"{b64encode(hash_).decode()}\n" for hash_ in tree.consistency_proof(self.read, old, size))
        return f"old {old}\n{proof}\n{self.head(size, **facts)}"


@pytest.fixture
def log(tmp_path: Path) -> Log:
    return Log(tmp_path)


def test_a_head_is_shown_once_the_quorum_signed(settings: Settings, sessions: Sessions, tmp_path: Path):
    port = free_port()
    witness = made_witness(tmp_path / "w", [])
    with_policy(settings, witness, f"http://127.0.0.1:{port}/")
    publish(sessions, 3)
    sign_committed(settings, sessions)
    with sessions() as session:
        assert queries.published(session) is None
        keys = queries.verifier_keys(session)
    # Away: nothing is shown, and nothing is lost.
    assert ask_witnesses(sessions) == 0
    with running(made_witness(tmp_path / "w", keys), port):
        assert ask_witnesses(sessions) == 1
        with sessions() as session:
            first = queries.head(session)
        assert list(first.witnesses) == ["w"]
        publish(sessions, 300)
        sign_committed(settings, sessions)
        with sessions() as session:
            assert queries.head(session).size == first.size
        assert ask_witnesses(sessions) == 1
        assert ask_witnesses(sessions) == 0
    with sessions() as session:
        displayed = queries.head(session)
        assert displayed.size == first.size + 300
        assert queries.policy(session).is_met(set(displayed.witnesses))
        note.verify_checkpoint(displayed.note, keys)
        assert audit(session, settings).troubles == []


def test_a_cosignature_that_is_false_or_lacking_is_found_from_inside(
    settings: Settings, sessions: Sessions, tmp_path: Path
):
    port = free_port()
    witness = made_witness(tmp_path / "w", [])
    with_policy(settings, witness, f"http://127.0.0.1:{port}")
    publish(sessions, 3)
    sign_committed(settings, sessions)
    with sessions() as session:
        keys = queries.verifier_keys(session)
    with running(made_witness(tmp_path / "w", keys), port):
        assert ask_witnesses(sessions) == 1
    with sessions.begin() as session:
        head = session.execute(select(Checkpoint)).scalar_one()
        lines = head.note.splitlines(keepends=True)
        name, _, coded = lines[-1].rpartition(" ")
        false = bytearray(b64decode(coded))
        false[-1] ^= 1
        head.note = "".join(lines[:-1]) + f"{name} {b64encode(false).decode()}\n"
        assert any("the head of" in trouble for trouble in audit(session, settings).troubles)
        head.note = "".join(lines[:-1])
        assert any("fewer witnesses" in trouble for trouble in audit(session, settings).troubles)


def test_a_witness_that_came_later_tells_what_it_has_seen(settings: Settings, sessions: Sessions, tmp_path: Path):
    port = free_port()
    witness = made_witness(tmp_path / "w", [])
    with_policy(settings, witness, f"http://127.0.0.1:{port}", quorum="none")
    publish(sessions, 5)
    sign_committed(settings, sessions)
    with sessions() as session:
        keys = queries.verifier_keys(session)
        displayed = queries.head(session)
    with running(made_witness(tmp_path / "w", keys), port) as url:
        given = requests.post(f"{url}/add-checkpoint", data=f"old 0\n\n{displayed.note}".encode(), timeout=10)
        assert given.status_code == 200
        publish(sessions, 5)
        sign_committed(settings, sessions)
        # Our own tables do not know of that signature; the witness says the size, and gets the proof.
        assert ask_witnesses(sessions) == 1


def test_a_fork_is_not_signed(settings: Settings, sessions: Sessions, tmp_path: Path):
    port = free_port()
    witness = made_witness(tmp_path / "w", [])
    with_policy(settings, witness, f"http://127.0.0.1:{port}")
    publish(sessions, 5)
    sign_committed(settings, sessions)
    with sessions() as session:
        keys = queries.verifier_keys(session)
    serving = made_witness(tmp_path / "w", keys)
    origin = keys[0].name
    for size, root in ((3, b"x" * 32), (10_000, b"x" * 32)):
        serving._keep({origin: (size, root)})
        with running(serving, port):
            assert ask_witnesses(sessions) == 0
    with sessions() as session:
        assert queries.published(session) is None


def test_a_witness_answers_as_the_protocol_says(log: Log, tmp_path: Path):
    folder = tmp_path / "w"
    witness = made_witness(folder, [log.key])
    stranger = Log(tmp_path / "stranger")
    unknown = log.body(0, 5).replace("log.example", "other.example")
    answers = [
        (witness.add_checkpoint(body).status, body.split("\n", 1)[0])
        for body in (unknown, stranger.body(0, 5), "old 6\n\n" + log.head(5), "old 0\n", "old 00\n\n" + log.head(5))
    ]
    assert [status for status, _ in answers] == [404, 403, 400, 400, 400]
    first = witness.add_checkpoint(log.body(0, 5))
    assert first.status == 200
    cosigned = note.read_note(log.head(5) + first.body)
    assert note.cosigned_at(cosigned, witness.key) is not None
    known = witness.add_checkpoint(log.body(0, 7))
    assert (known.status, known.body, known.media_type) == (409, "5\n", "text/x.tlog.size")
    assert witness.add_checkpoint(log.body(5, 7, root=b"x" * 32)).status == 422
    assert witness.add_checkpoint(f"old 5\n\n{log.head(7)}").status == 422
    assert witness.add_checkpoint(f"old 5\n!\n\n{log.head(7)}").status == 400
    assert witness.add_checkpoint(log.body(5, 7)).status == 200
    assert witness.add_checkpoint(f"old 7\n\n{log.head(7)}").status == 200
    assert witness.add_checkpoint(f"old 7\n\n{log.head(7, root=b'x' * 32)}").status == 409
    # What it saw is on the disk: another process goes on from there.
    again = made_witness(folder, [log.key])
    assert again.key == witness.key
    assert again.add_checkpoint(log.body(0, 9)).body == "7\n"


def test_two_requests_at_once_never_turn_a_witness_back(log: Log, tmp_path: Path):
    witness = made_witness(tmp_path / "w", [log.key])
    assert witness.add_checkpoint(log.body(0, 5)).status == 200
    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda size=size: answers.append(witness.add_checkpoint(log.body(5, size)).status))
        for size in range(6, 14)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [200, *[409] * 7]


def test_only_one_process_signs_by_one_state(log: Log, tmp_path: Path):
    with (
        made_witness(tmp_path / "w", [log.key]).alone(),
        pytest.raises(KeyTrouble, match="another witness runs"),
        made_witness(tmp_path / "w", [log.key]).alone(),
    ):
        pass


def test_a_damaged_state_signs_nothing(log: Log, tmp_path: Path):
    witness = made_witness(tmp_path / "w", [log.key])
    (tmp_path / "w" / "state.json").write_text("[")
    with running(witness) as url:
        assert requests.post(f"{url}/add-checkpoint", data=log.body(0, 5).encode(), timeout=10).status_code == 500


@pytest.mark.parametrize(
    ("path", "data", "status"),
    [("/", b"", 404), ("/add-checkpoint", b"x" * 200_000, 413), ("/add-checkpoint", b"\xff", 400)],
)
def test_what_is_no_request_is_refused(log: Log, tmp_path: Path, path: str, data: bytes, status: int):
    with running(made_witness(tmp_path / "w", [log.key])) as url:
        assert requests.post(url + path, data=data, timeout=10).status_code == status
