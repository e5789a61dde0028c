"""Threads that read a shape for the first time at once end the process, unless all shapes were looked through before."""

import subprocess
import sys
from pathlib import Path

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
    prepared = "from registry.core.structs import prepare_structs\nprepare_structs()\n"
    assert ended(SHAPES + prepared + AT_ONCE, tmp_path) == 0


def test_the_shapes_of_a_server_are_looked_through_before_its_threads(tmp_path: Path) -> None:
    assert ended(OF_A_SERVER + AT_ONCE, tmp_path) == 0
