"""For ASGI servers: the stream as the environment describes it."""

import os

from registry.config import Settings
from registry.streams.app import Streams
from registry.web import logs


def from_environment() -> Streams:
    logs.configure()
    return Streams(Settings.from_environment(os.environ))
