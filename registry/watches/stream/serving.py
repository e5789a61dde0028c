"""For ASGI servers: the stream as the environment describes it."""

import os

from registry.core.settings import Settings
from registry.http import logs
from registry.watches.stream.app import Streams


def from_environment() -> Streams:
    logs.configure()
    return Streams(Settings.from_environment(os.environ))
