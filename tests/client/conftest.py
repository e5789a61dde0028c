"""One registry whose keys serve a whole session, and what to ask of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from registry_client.gathering import GatheringOptions
from registry_client.offline import verify
from registry_client.trust import Trust, read_trust
from registry_client.verdicts import Report

from tests.client.registrar import NOW, Registrar
from tests.client.site import Site, serving


@pytest.fixture
def registrar() -> Registrar:
    return Registrar()


def trust_of(registrar: Registrar) -> Trust:
    return read_trust(registrar.trust())


def check(registrar: Registrar, data: bytes | str, at: int = NOW + 60, **options: object) -> Report:
    """The report of something, against the registrar's own trust file."""
    content = data.encode() if isinstance(data, str) else data
    return verify(content, GatheringOptions(trust_of(registrar), at, **options))  # type: ignore[arg-type]


def states(report: Report) -> tuple[str, str, str]:
    """Issued, logged, in force."""
    issued, logged, in_force = (str(verdict.state) for _, verdict in report.verdicts)
    return issued, logged, in_force


def codes(report: Report) -> set[str]:
    return {finding.code for _, verdict in report.verdicts for finding in verdict}


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as found:
        yield found


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "monitor.state"
