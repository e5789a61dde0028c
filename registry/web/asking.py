"""The one reader of verdicts that a process keeps: its statements are compiled once, its ground is read when it changes."""

from typing import cast

from flask import current_app

from registry.held import HeldReader
from registry.verdicts.queries import VerdictReader
from registry.web.transaction import services


def verdicts() -> VerdictReader:
    """The process's reader. Two threads that come first at once may make two; either serves."""
    reader = current_app.extensions.get("registry_verdicts")
    if reader is None:
        held = services()
        reader = VerdictReader(HeldReader(held.engine), held.reading_sessions)
        current_app.extensions["registry_verdicts"] = reader
    return cast(VerdictReader, reader)
