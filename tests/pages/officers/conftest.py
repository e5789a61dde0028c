"""The console in a test's client: served beside the other edges, with a keyring of the test's own."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from registry.core.settings import Edge, Settings


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, edges=frozenset({Edge.API, Edge.PUBLIC, Edge.CONSOLE}))


@pytest.fixture
def app(settings: Settings, make_app: Callable[[Settings], Flask]) -> Flask:
    return make_app(settings)
