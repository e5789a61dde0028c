"""Bodies on the wire, against a served process: slow ones stop nothing, and a part is never taken for the whole."""

import json
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path
from select import select as ready_among

import pytest
from sqlalchemy import func, select

from registry.bulk.models import BulkJob
from registry.complaints.sealing.sealer import Sealer
from registry.core.db.engine import engine_for, sessions_for
from registry.core.keyring import Keyring
from registry.core.settings import Edge, Settings
from tests.api.complaints.conftest import make_unit
from tests.complaints.complainant import Complainant, by_socket
from tests.http.sockets import CHUNKED, END, JSON, chunk, cut, get, head, opened, post, read_answer
from tests.make import make_api_key, make_organisation
from tests.serving import Served, serve
from tests.waiting import until

pytestmark = pytest.mark.slow

SECONDS = 2
"""How long these servers wait for a body that brings nothing."""

QUESTION = b'{"registration_number": "X-1", "country": "SK"}'
VERIFY = "/api/v1/verify"


LIST = b"registration_number,country\n" + b"X-1,SK\n" * 100
PLAIN = {"Content-Type": "application/octet-stream"}
CSV = {"Content-Type": "text/csv"}
FROM_A, FROM_B = {"X-Forwarded-For": "10.0.0.1"}, {"X-Forwarded-For": "10.0.0.2"}
"""Of two networks, as a proxy tells."""


@dataclass(frozen=True, slots=True)
class ServedRegistry:
    """A served process, and a key of an organisation's program."""

    settings: Settings
    key: str

    @property
    def authority(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory, sqlite_template: Path) -> ServedRegistry:
    home = tmp_path_factory.mktemp("bodies") / "home"
    settings = Settings(
        home=home,
        database_url=f"sqlite:///{home}/registry.sqlite3",
        files=home / "files",
        rate=1_000_000,
        edges=frozenset(Edge),
        has_metrics=True,
    )
    settings.prepare_home()
    shutil.copyfile(sqlite_template, home / "registry.sqlite3")
    engine = engine_for(settings.database_url)
    with sessions_for(engine)() as session:
        make_unit(session, Sealer(Keyring(settings.keys)))
        key = make_api_key(session, make_organisation(session, "Invented Works"))
        session.commit()
    engine.dispose()
    return ServedRegistry(settings, key)


@pytest.fixture(scope="module")
def served(place: ServedRegistry) -> Iterator[Served]:
    extra = {"REGISTRY_BODY_SECONDS": str(SECONDS), "REGISTRY_TRUSTED_PROXIES": "1"}
    with serve(place.settings, extra=extra) as server:
        yield server


@pytest.fixture
def filer(served: Served) -> Complainant:
    """Somebody with an open complaint."""
    return Complainant(by_socket(served.base_url)).filed()


def attaching(filer: Complainant) -> dict[str, str]:
    return PLAIN | {"Authorization": f"Bearer {filer.token}"}


@pytest.mark.thorough
def test_unfinished_bodies_stop_no_one_else(place: ServedRegistry) -> None:
    # A server that waits for bodies longer than anyone here waits for an answer.
    with serve(place.settings, extra={"REGISTRY_BODY_SECONDS": "600"}) as patient, ExitStack() as ends:
        by_length = head(patient, "POST", VERIFY, JSON | {"Content-Length": "500"}), b"{"
        in_chunks = head(patient, "POST", VERIFY, JSON | CHUNKED), chunk(b"{")
        unfinished = [ends.enter_context(opened(patient, *pieces)) for pieces in (by_length, in_chunks) * 20]
        for path in ("/live", "/health", "/api/v1/coverage", "/en"):
            assert (path, get(patient, path).status) == (path, 200)
        sent = post(patient, VERIFY, JSON | {"Content-Length": str(len(QUESTION))}, QUESTION)
        assert sent.status == 200
        # None of them was given up to make room.
        for connection in unfinished:
            connection.setblocking(False)
            with pytest.raises(BlockingIOError):
                connection.recv(1)


@pytest.mark.parametrize("framing", [{"Content-Length": "500"}, CHUNKED], ids=("length", "chunked"))
def test_a_body_that_stops_is_answered_408_and_closed(served: Served, framing: dict[str, str]) -> None:
    with opened(
        served, head(served, "POST", VERIFY, JSON | framing), b"{" if framing != CHUNKED else chunk(b"{")
    ) as line:
        answer = read_answer(line)
        assert (answer.status, answer.code) == (408, "body_too_slow")
        assert line.recv(1) == b""


def test_many_bodies_that_stop_at_once_are_all_answered_and_closed(served: Served) -> None:
    # The server alone leaves one in ten open.
    with ExitStack() as stack:
        request = head(served, "POST", VERIFY, JSON | {"Content-Length": "500"})
        lines = [stack.enter_context(opened(served, request, b"{")) for _ in range(60)]
        for line in lines:
            assert read_answer(line).status == 408
            assert line.recv(1) == b""


def test_a_body_of_a_byte_now_and_then_is_not_waited_for(served: Served) -> None:
    began = time.monotonic()
    with opened(served, head(served, "POST", VERIFY, JSON | {"Content-Length": "500"})) as line:
        line.settimeout(0.3)
        for _ in range(60):
            line.sendall(b" ")
            try:
                begun = line.recv(12)
                break
            except TimeoutError:
                continue
        assert begun == b"HTTP/1.1 408"
    assert time.monotonic() - began < 4 * SECONDS


@pytest.mark.parametrize("path", [VERIFY, "/api/v1/answers"])
def test_half_a_question_is_none(served: Served, path: str) -> None:
    # What came is a whole question by itself.
    assert cut(served, path, JSON | {"Content-Length": "500"}, QUESTION).code == "incomplete_body"
    assert cut(served, path, JSON | CHUNKED, chunk(QUESTION)).code == "incomplete_body"
    assert cut(served, path, JSON | CHUNKED, b"%x\r\n" % 500 + QUESTION).status == 400


def test_a_long_answer_comes_whole_and_says_how_long_it_is(served: Served, place: ServedRegistry) -> None:
    # Longer than what is sent at once, in parts that are no multiple of what is joined at a time.
    rows = b"registration_number,country\n" + b"".join(b"X-%d,SK\n" % number for number in range(4001))
    headers = CSV | place.authority | {"Content-Length": str(len(rows))}
    answer = post(served, "/api/v1/verifications", headers, rows)
    assert (answer.status, int(answer.headers["content-length"])) == (200, len(answer.body))
    assert len(answer.body) > 2 * 1024 * 1024
    assert "transfer-encoding" not in answer.headers
    items = json.loads(answer.body)["items"]
    assert [one["answer"]["question"]["registration_number"] for one in items] == [
        f"X-{number}" for number in range(4001)
    ]


def test_half_a_list_is_not_answered(served: Served, place: ServedRegistry) -> None:
    headers = CSV | place.authority
    for path in ("/api/v1/verifications", "/api/v1/verification-jobs"):
        short = cut(served, path, headers | {"Content-Length": str(2 * len(LIST))}, LIST)
        assert (path, short.status, short.code) == (path, 400, "incomplete_body")
        assert cut(served, path, headers | CHUNKED, chunk(LIST)).code == "incomplete_body"
        taken = post(served, path, headers | CHUNKED, chunk(LIST[:300]), chunk(LIST[300:]), END)
        assert (path, taken.status) == (path, 201 if "jobs" in path else 200)
    assert jobs_of(place) == 1
    assert len([*(place.settings.home / "bulk").iterdir()]) == 1


def test_half_a_file_leaves_nothing(served: Served, filer: Complainant) -> None:
    path, headers = "/api/v1/complaints/attachments", attaching(filer)
    text = b"The foreman keeps the passports in his car.\n" * 2000
    short = cut(served, path, headers | {"Content-Length": str(2 * len(text))}, text)
    assert (short.status, short.code) == (400, "incomplete_body")
    assert cut(served, path, headers | CHUNKED, chunk(text)).code == "incomplete_body"
    assert filer.mailbox()["attachments"] == []
    assert post(served, path, headers | CHUNKED, chunk(text), END).status == 201
    (stored,) = filer.mailbox()["attachments"]
    assert stored["size"] == len(text)


def test_more_than_is_taken_is_413_however_it_comes(served: Served, filer: Complainant) -> None:
    blanks = chunk(b" " * 65536)
    many = post(served, VERIFY, JSON | CHUNKED, chunk(QUESTION), *[blanks] * 40, END)
    assert (many.status, many.code) == (413, "payload_too_large")
    attached = post(
        served, "/api/v1/complaints/attachments", attaching(filer) | CHUNKED, *[chunk(b"a" * 65536)] * 330, END
    )
    assert (attached.status, attached.code) == (413, "payload_too_large")
    announced = post(served, VERIFY, JSON | {"Content-Length": str(10 << 30)}, b"{")
    assert announced.status == 413
    assert filer.mailbox()["attachments"] == []


def test_a_list_too_large_for_memory_is_taken_as_it_comes_and_half_of_it_is_not(
    served: Served, place: ServedRegistry
) -> None:
    before, headers = jobs_of(place), CSV | place.authority
    rows = b"X-1,SK\n" * 10_000
    pieces = [b"registration_number,country\n", *[rows] * 320]
    size = sum(map(len, pieces))
    assert size > 21 << 20
    with opened(served, head(served, "POST", "/api/v1/verification-jobs", headers | CHUNKED)) as line:
        for piece in pieces:
            line.sendall(chunk(piece))
        line.shutdown(socket.SHUT_WR)
        assert read_answer(line).code == "incomplete_body"
    short = cut(served, "/api/v1/verification-jobs", headers | {"Content-Length": str(2 * size)}, b"".join(pieces))
    assert short.code == "incomplete_body"
    assert jobs_of(place) == before


def jobs_of(place: ServedRegistry) -> int:
    engine = engine_for(place.settings.database_url)
    with sessions_for(engine)() as session:
        count = session.scalar(select(func.count()).select_from(BulkJob))
    engine.dispose()
    return count or 0


def test_a_form_cut_in_the_middle_is_a_fault_on_the_page(served: Served) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "900"}
    answer = cut(served, "/en/box/files", headers, b"token=abc")
    assert answer.status == 400
    assert b"Only a part arrived" in answer.body


def test_one_network_has_a_share_of_the_room_and_small_bodies_need_none(
    place: ServedRegistry, filer: Complainant
) -> None:
    whole = 20_971_520
    path = "/api/v1/complaints/attachments"
    extra = {"REGISTRY_BODY_SECONDS": "600", "REGISTRY_TRUSTED_PROXIES": "1"}
    with (
        serve(place.settings, extra=extra) as patient,
        ExitStack() as ends,
    ):
        begun = head(patient, "POST", path, attaching(filer) | FROM_A | {"Content-Length": str(whole)})
        lines = [ends.enter_context(opened(patient, begun)) for _ in range(14)]
        for line in lines:
            # All but the last bytes: each that is taken holds 20 MiB for as long as its sender likes.
            with suppress(BrokenPipeError, ConnectionResetError):
                line.sendall(b"x" * (whole - 500))
        until(lambda: len(ready_among(lines, [], [], 0)[0]) == 14 - 3)
        refused = [read_answer(line) for line in ready_among(lines, [], [], 0)[0]]
        assert {(answer.status, answer.code) for answer in refused} == {(503, "too_busy")}
        began = time.monotonic()
        question = JSON | FROM_A | {"Content-Length": str(len(QUESTION))}
        assert post(patient, VERIFY, question, QUESTION).status == 200
        form = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": "9"} | FROM_A
        assert post(patient, "/console/sign-in", form, b"email=a@b").status not in (408, 503)
        assert Complainant(by_socket(patient.base_url)).filed().mailbox()["attachments"] == []
        other = attaching(filer) | FROM_B | {"Content-Length": "500000"}
        assert post(patient, path, other, b"a" * 500_000).status == 201
        assert time.monotonic() - began < 10
        assert shed(patient, "network") == 14 - 3


def shed(served: Served, reason: str) -> int:
    lines = get(served, "/metrics").body.decode().splitlines()
    counted = (line.split()[1] for line in lines if f'_shed_total{{reason="{reason}"' in line)
    return int(sum(float(one) for one in counted))
