"""Long lists are answered beside the process that serves: the same bytes, nothing lost by a kill, and no process left behind."""

import json
import os
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.db.engine import engine_for, sessions_for
from registry.core.settings import Settings
from registry.http.request_reader import CSV
from tests.make import make_api_key, make_licence
from tests.serving import Served, serve
from tests.thorough import thorough
from tests.waiting import until

pytestmark = pytest.mark.slow

JSON = "application/json"
URL = "/api/v1/verifications"
ITEMS: list[Any] = [
    {"key": "known", "licence_number": "VYMYSL/1", "destination": "CZ"},
    {"key": "known", "licence_number": "VYMYSL/1"},
    {"licence_numbr": "1"},
    "no object",
    *({"key": str(number), "licence_number": f"VYMYSL/{number}", "sector": "14.10"} for number in range(10_000 - 4)),
]
SHORT = json.dumps({"items": ITEMS[:5]})
LONG = json.dumps({"items": ITEMS[:500]})
LONGEST = json.dumps({"items": ITEMS})


@pytest.fixture
def key(session: Session) -> str:
    """The key of an organisation, once there is a licence to ask about."""
    make_licence(session, number="VYMYSL/1")
    key = make_api_key(session)
    session.commit()
    return key


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Served, str]]:
    """A server and the key of an organisation, for tests that kill its list process: the next list starts another one."""
    home = tmp_path_factory.mktemp("lists")
    if request.param == "sqlite":
        shutil.copyfile(request.getfixturevalue("sqlite_template"), home / "registry.sqlite3")
        url = f"sqlite:///{home / 'registry.sqlite3'}"
    else:
        url = request.getfixturevalue("postgres").url(request.getfixturevalue("clones").take())
    engine = engine_for(url)
    with sessions_for(engine).begin() as session:
        make_licence(session, number="VYMYSL/1")
        key = make_api_key(session)
    engine.dispose()
    with serve(Settings(home, url, rate=1_000_000)) as served:
        yield served, key


def headers(key: str, media_type: str = "application/json", accept: str = "application/json") -> dict[str, str]:
    return {
        "Authorization": f"Bearer {key}",
        "Content-Type": media_type,
        "Accept": accept,
        "X-Request-Id": "0123456789abcdef0123456789abcdef",
    }


def ask(served: Served, key: str, body: str) -> requests.Response:
    return requests.post(served.base_url + URL, data=body, headers=headers(key), timeout=120)


def descendants(pid: int) -> Iterator[int]:
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in map(int, children.read_text().split()):
            yield child
            yield from descendants(child)


def list_processes(served: Served) -> list[int]:
    return [
        pid
        for pid in descendants(served.process.pid)
        if b"\0lists\0answer\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]


def processor_ticks(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11])


def parent_of(pid: int) -> int:
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])


def bytes_written(pid: int) -> int:
    """What a process has written since it began, to files and to other processes."""
    return int(dict(line.split(": ") for line in Path(f"/proc/{pid}/io").read_text().splitlines())["wchar"])


def files_in_memory(pid: int) -> list[str]:
    """Of the files that a process holds open those that have no place on a disk."""
    links = [link.readlink() for link in Path(f"/proc/{pid}/fd").iterdir() if link.is_symlink()]
    return [str(link) for link in links if str(link).startswith("/memfd:")]


def is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


SENT = [
    (LONG, JSON, JSON, 200),
    (LONG, JSON, CSV, 200),
    ("licence_number,destination\n" + "VYMYSL/1,CZ\n" * 500, CSV, JSON, 200),
    (LONG[:-1], JSON, JSON, 400),
    (LONG, "text/plain", JSON, 415),
    (json.dumps({"items": [*ITEMS, *ITEMS]}), JSON, JSON, 413),
]
"""Bodies, their media types, what is accepted, and the status of the answer."""


def test_a_long_list_has_the_answer_that_the_serving_process_would_give(
    key: str, served: Served, settings: Settings, client: FlaskClient
) -> None:
    for body, media_type, accept, status in SENT:
        beside = requests.post(served.base_url + URL, data=body, headers=headers(key, media_type, accept), timeout=120)
        within = client.post(URL, data=body, headers=headers(key, media_type, accept))
        assert (beside.status_code, within.status_code) == (status, status)
        assert beside.content.replace(served.base_url.encode(), settings.public_url.encode()) == within.data
        for name in ("Content-Type", "Content-Language", "Cache-Control"):
            assert beside.headers.get(name) == within.headers.get(name)
    assert len(list_processes(served)) == 1


def test_a_short_list_needs_no_other_process(key: str, served: Served) -> None:
    assert ask(served, key, SHORT).status_code == 200
    assert list_processes(served) == []


def test_nothing_holds_an_answer_once_it_was_sent(key: str, served: Served) -> None:
    assert ask(served, key, LONG).status_code == 200
    (pid,) = list_processes(served)
    until(lambda: not [*files_in_memory(pid), *files_in_memory(parent_of(pid))])


@pytest.mark.thorough
def test_a_list_whose_process_is_killed_is_asked_back_and_the_next_is_answered(shared: tuple[Served, str]) -> None:
    served, key = shared
    whole = ask(served, key, LONGEST)
    (pid,) = list_processes(served)
    before = processor_ticks(pid)
    with ThreadPoolExecutor(1) as beside:
        cut = beside.submit(ask, served, key, LONGEST)
        until(lambda: processor_ticks(pid) > before + 3, 0.005)
        os.kill(pid, signal.SIGKILL)
        answer = cut.result()
    assert (answer.status_code, answer.json()["code"]) == (503, "too_busy")
    assert int(answer.headers["Retry-After"]) > 0
    again = ask(served, key, LONGEST)
    assert (again.status_code, again.content) == (200, whole.content)
    (next_pid,) = list_processes(served)
    assert next_pid != pid


def test_a_list_is_answered_where_the_process_was_killed_while_idle(shared: tuple[Served, str]) -> None:
    served, key = shared
    whole = ask(served, key, LONG)
    (pid,) = list_processes(served)
    os.kill(pid, signal.SIGKILL)
    answer = ask(served, key, LONG)
    assert (answer.status_code, answer.content) == (200, whole.content)
    assert pid not in list_processes(served)


@pytest.mark.thorough
def test_a_list_is_answered_where_the_process_is_killed_before_it_has_taken_it(shared: tuple[Served, str]) -> None:
    served, key = shared
    whole = ask(served, key, LONG)
    (pid,) = list_processes(served)
    os.kill(pid, signal.SIGSTOP)
    before = bytes_written(parent_of(pid))
    with ThreadPoolExecutor(1) as beside:
        waiting = beside.submit(ask, served, key, LONG)
        until(lambda: bytes_written(parent_of(pid)) >= before + len(LONG))
        os.kill(pid, signal.SIGKILL)
        answer = waiting.result()
    assert (answer.status_code, answer.content) == (200, whole.content)


@pytest.mark.parametrize("number", [signal.SIGKILL, *thorough(signal.SIGTERM)], ids=["killed", "stopped"])
def test_a_server_that_ends_leaves_no_process_behind(number: int, key: str, served: Served) -> None:
    assert ask(served, key, LONG).status_code == 200
    (pid,) = list_processes(served)
    served.process.send_signal(number)
    until(lambda: not is_running(pid))
