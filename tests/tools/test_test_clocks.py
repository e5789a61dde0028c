"""tools/test-clocks: its moments, which of them a commit gets, and that a clock is moved where a process begins."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import pytest

from registry.core.clock import now
from tests.moved_clock import moved

SCRIPT = Path(__file__).resolve().parents[2] / "tools" / "test-clocks"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = spec_from_loader("test_clocks", SourceFileLoader("test_clocks", str(SCRIPT)))
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_each_moment_is_told_by_an_hour_or_a_day(script: ModuleType) -> None:
    at = datetime(2026, 11, 29, 22, 0, tzinfo=UTC)
    instants = [script.instant_of(name, at) for name in script.MOMENTS]
    assert instants[:5] == [
        datetime(2026, 11, 30, 15, 59, tzinfo=UTC),
        datetime(2026, 11, 30, 16, 1, tzinfo=UTC),
        datetime(2026, 11, 29, 22, 30, tzinfo=UTC),
        datetime(2026, 11, 29, 23, 59, tzinfo=UTC),
        datetime(2026, 11, 30, 0, 1, tzinfo=UTC),
    ]
    assert datetime(2028, 2, 29, 17, tzinfo=UTC) in instants
    assert len(set(instants)) == len(script.MOMENTS) >= 8


def test_a_commit_gets_one_of_them(script: ModuleType) -> None:
    assert script.moment_of("0" * 40) == next(iter(script.MOMENTS))
    assert {script.moment_of(f"{number:040x}") for number in range(20)} == set(script.MOMENTS)


def test_what_a_process_starts_is_moved_with_it() -> None:
    child = "import time; print(time.time())"
    parent = f"import subprocess, sys; print(subprocess.check_output([sys.executable, '-c', {child!r}], text=True))"
    environment = moved(os.environ, timedelta(days=400))
    found = subprocess.check_output([sys.executable, "-c", parent], env=environment, text=True)
    assert abs(float(found) - (now() + timedelta(days=400)).timestamp()) < 60
