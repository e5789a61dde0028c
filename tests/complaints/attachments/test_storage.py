"""Files are kept whole or not at all, in a folder and in a bucket; a store that is away is said, in time."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import pytest

from registry.complaints.attachments.file_store import (
    BucketStore,
    FileStore,
    FolderStore,
    is_ours,
    random_name,
    store_of,
)
from registry.core import object_store
from registry.core.clock import now
from registry.core.errors import FilesUnavailable, NotFound
from registry.core.settings import Settings
from tests.complaints.object_store import ObjectServer, object_server

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as running:
        yield running


@dataclass
class StoreUnderTest:
    store: FileStore
    kind: str


@pytest.fixture(params=["folder", "bucket"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> StoreUnderTest:
    if request.param == "folder":
        return StoreUnderTest(FolderStore(tmp_path / "a" / "files"), "folder")
    running: ObjectServer = request.getfixturevalue("server")
    return StoreUnderTest(BucketStore(replace(running.bucket, prefix=f"of/{random_name()}")), "bucket")


def test_the_settings_name_the_store(tmp_path: Path, server: ObjectServer) -> None:
    assert isinstance(store_of(Settings(home=tmp_path, database_url="", files=tmp_path)), FolderStore)
    assert isinstance(store_of(Settings(home=tmp_path, database_url="", files=server.bucket)), BucketStore)


def test_a_file_is_kept_read_listed_and_removed(place: StoreUnderTest) -> None:
    name, other, body = random_name(), random_name(), os.urandom(3_000_000)
    assert list(place.store.listing()) == []
    place.store.put(name, [body[:5], body[5:]])
    place.store.put(other, [b""])
    assert b"".join(place.store.get(name)) == body
    assert b"".join(place.store.get(other)) == b""
    assert dict(place.store.listing()) == {name: now().date(), other: now().date()}
    place.store.delete(name)
    place.store.delete(name)
    assert [name for name, _day in place.store.listing()] == [other]
    with pytest.raises(NotFound):
        list(place.store.get(name))


@pytest.mark.thorough
def test_more_files_than_a_store_lists_at_once_are_all_listed(place: StoreUnderTest) -> None:
    count = 30 if place.kind == "folder" else 1003
    names = {random_name() for _ in range(count)}
    for name in names:
        place.store.put(name, [b"x"])
    assert {name for name, _day in place.store.listing()} == names


def test_a_folder_is_its_owners_alone_and_says_the_day_but_not_the_hour(tmp_path: Path) -> None:
    FolderStore(tmp_path / "files").put("a", [b"x"])
    assert (tmp_path / "files").stat().st_mode & 0o777 == 0o700
    facts = (tmp_path / "files" / "a").stat()
    assert facts.st_mode & 0o777 == 0o600
    assert facts.st_mtime % 86400 == 0
    assert facts.st_atime % 86400 == 0


def test_what_is_kept_is_on_the_disk_before_it_is_acknowledged(tmp_path: Path) -> None:
    """obstore does not sync a folder: without our own calls there would be none between the write and the answer."""
    code = (
        "import sys; from pathlib import Path; from registry.complaints.attachments.file_store import FolderStore;"
        "FolderStore(Path(sys.argv[1])).put('a', [b'x']); print('acknowledged', flush=True)"
    )
    trace = tmp_path / "trace"
    calls = "trace=write,fsync,link,linkat,rename,renameat2"
    subprocess.run(
        ["strace", "-f", "-y", "-e", calls, "-o", str(trace), sys.executable, "-c", code, str(tmp_path / "files")],
        check=True, stdout=subprocess.DEVNULL, cwd=Path(__file__).parents[3],
    )  # fmt: skip
    lines = trace.read_text().splitlines()
    acknowledged = next(number for number, line in enumerate(lines) if "acknowledged" in line)
    named = max(number for number, line in enumerate(lines) if f"{tmp_path}/files/a" in line and "link" in line)
    synced = [line for line in lines[named:acknowledged] if "fsync(" in line]
    assert any(f"{tmp_path}/files/a>" in line for line in synced)
    assert any(f"{tmp_path}/files>" in line for line in synced)


def test_what_was_half_written_when_the_process_was_killed_is_found_and_no_file(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = random_name()
    (tmp_path / f"{name}#1").write_bytes(b"half")
    assert [name for name, _day in store.listing()] == [f"{name}#1"]
    assert is_ours(f"{name}#1")
    store.put(name, [b"whole"])
    assert b"".join(store.get(name)) == b"whole"
    store.delete(f"{name}#1")
    assert [name for name, _day in store.listing()] == [name]


def test_a_listing_leaves_out_a_file_that_was_renamed_while_it_was_made(tmp_path: Path) -> None:
    store = FolderStore(tmp_path)
    name = random_name()
    store.put(name, [b"whole"])
    # The folder names an entry of which nothing can be told: as one that was renamed after the folder was read.
    (tmp_path / f"{random_name()}#1").symlink_to("renamed")
    assert [stored for stored, _day in store.listing()] == [name]


def test_a_folder_that_cannot_be_written_is_said_and_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "files").write_text("in the way")
    with pytest.raises(FilesUnavailable):
        FolderStore(tmp_path / "files").put("a", [b"x"])


def test_a_store_that_is_away_is_said_within_its_time(server: ObjectServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(object_store, "CONNECT", timedelta(seconds=0.5))
    monkeypatch.setattr(object_store, "REQUEST", timedelta(seconds=0.5))
    monkeypatch.setattr(object_store, "ALTOGETHER", timedelta(seconds=1))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        silent_port = silent.getsockname()[1]
        with socket.socket() as closed:
            closed.bind(("127.0.0.1", 0))
            closed_port = closed.getsockname()[1]
        for port in (silent_port, closed_port):
            away = BucketStore(replace(server.bucket, endpoint=f"http://127.0.0.1:{port}"))
            began = time.monotonic()
            response: list[Callable[[BucketStore], object]] = [
                lambda store: store.put("a", [b"x"]),
                lambda store: list(store.get("a")),
                lambda store: store.delete("a"),
                lambda store: list(store.listing()),
            ]
            for ask in response:
                with pytest.raises(FilesUnavailable) as raised:
                    ask(away)
                assert "127.0.0.1" not in raised.value.text
            assert time.monotonic() - began < 60


def test_a_missing_bucket_is_an_error(server: ObjectServer) -> None:
    with pytest.raises(FilesUnavailable):
        BucketStore(replace(server.bucket, name="another")).put("a", [b"x"])
