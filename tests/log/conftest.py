"""Sessions on the test's database beside its own, and a primary with its standby."""

from collections.abc import Iterator

import pytest

from tests.postgres import REPLICATED, Server


@pytest.fixture
def servers() -> Iterator[tuple[Server, Server]]:
    primary = Server(REPLICATED)
    primary.start()
    standby = primary.standby()
    yield primary, standby
    for server in (standby, primary):
        server.remove()
