"""The tools of agents, asked in this process."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from registry.agents.serving import asker
from registry.agents.tools import Called, call
from registry.core.settings import Settings

CallTool = Callable[..., Called]


@pytest.fixture
def call_tool(app: Flask, settings: Settings) -> CallTool:
    ask = asker(app, settings.public_url)

    def call_tool(tool: str, /, **arguments: Any) -> Called:
        return call(tool, arguments, ask, settings.public_url)

    return call_tool


@pytest.fixture
def ask_api(app: Flask, settings: Settings) -> Callable[..., Any]:
    """The very request that a tool makes."""
    return asker(app, settings.public_url)
