"""Nothing of a process is left for others: no image of its memory, and no file of the data folder that they can read.

And threads that read a shape of msgspec for the first time at once end the process, unless all were looked through before.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from registry.core.processes import owner_only
from registry.core.settings import Settings
from tests.serving import command, environment, free_port, serve

CODE = """
import ctypes, resource
from registry.core.processes import forbid_dumps
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0))
forbid_dumps()
print(ctypes.CDLL(None).prctl(3, 0, 0, 0, 0), *resource.getrlimit(resource.RLIMIT_CORE))
"""


def test_a_crash_writes_no_memory_and_no_one_reads_it() -> None:
    done = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.splitlines() == ["1", "0 0 0"]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_no_process_of_a_server_dumps_its_memory(settings: Settings) -> None:
    with serve(settings, "--with-worker") as served:
        found = _tree(served.process.pid)
        # The server, the one that answers, and the worker.
        assert len(found) >= 3
        for pid in found:
            limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii").splitlines()
            (line,) = [one for one in limits if one.startswith("Max core file size")]
            assert line.split()[4:6] == ["0", "0"], pid


def _tree(pid: int) -> list[int]:
    """A process and all that it began."""
    tasks = Path(f"/proc/{pid}/task").glob("*/children")
    return [pid, *(one for task in tasks for child in task.read_text().split() for one in _tree(int(child)))]


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_every_file_of_the_home_is_its_owners_alone(settings: Settings, tmp_path: Path) -> None:
    env = environment(settings, free_port())
    former = os.umask(0o022)
    try:
        for arguments in (
            ["demo", "load"],
            ["demo", "officers"],
            ["audit", "verify"],
            ["sources", "province", "35", "--authority", "cn-demo"],
        ):
            done = command(*arguments, env=env)
            assert done.returncode == 0, (arguments, done.stdout, done.stderr)
    finally:
        os.umask(former)
    made = [path for path in settings.home.rglob("*") if not path.is_symlink()]
    assert {"audit-head", "cn-labour-35.toml"} <= {path.name for path in made}
    assert [path for path in (settings.home, *made) if path.stat().st_mode & 0o077] == []


def test_an_opener_makes_files_for_their_owner(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        with open(tmp_path / "one", "w", opener=owner_only) as file:
            file.write("x")
    finally:
        os.umask(former)
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o600


SHAPES = """
import msgspec
INNER = [msgspec.defstruct(f"Inner{n}", [(f"f{k}", int | None, None) for k in range(25)]) for n in range(60)]
SHAPES = [msgspec.defstruct(f"Outer{n}", [(f"g{k}", inner | None, None) for k in range(25)]) for n, inner in enumerate(INNER)]
GIVEN = [{f"g{k}": {f"f{j}": 1 for j in range(25)} for k in range(25)}] * len(SHAPES)
"""
OF_A_SERVER = """
import os
import msgspec
from registry.app import create_app
from registry.core.settings import Settings
create_app(Settings.from_environment(os.environ))
def under(shape):
    for one in shape.__subclasses__():
        yield one
        yield from under(one)
SHAPES = [one for one in under(msgspec.Struct) if one.__module__.startswith("registry.")]
GIVEN = [{name: None for name in one.__struct_encode_fields__} for one in SHAPES]
"""
AT_ONCE = """
import sys, threading
sys.setswitchinterval(1e-6)
together = threading.Barrier(8)
def convert():
    for shape, given in zip(SHAPES, GIVEN):
        together.wait()
        try:
            msgspec.convert(given, shape)
        except (TypeError, msgspec.ValidationError):
            pass
threads = [threading.Thread(target=convert) for _ in range(8)]
for one in threads: one.start()
for one in threads: one.join()
"""


def ended(code: str, home: Path) -> int:
    env = {"REGISTRY_HOME": str(home), "PATH": ""}
    return subprocess.run([sys.executable, "-c", code], env=env, timeout=120, check=False).returncode


def test_threads_may_read_shapes_that_were_looked_through(tmp_path: Path) -> None:
    prepared = "from registry.core.processes import prepare_structs\nprepare_structs()\n"
    assert ended(SHAPES + prepared + AT_ONCE, tmp_path) == 0


def test_the_shapes_of_a_server_are_looked_through_before_its_threads(tmp_path: Path) -> None:
    assert ended(OF_A_SERVER + AT_ONCE, tmp_path) == 0
