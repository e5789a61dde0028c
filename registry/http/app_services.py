"""What a process keeps to answer with: the reader of verdicts, whose statements are compiled once, and the keyring."""

from typing import cast

from flask import current_app

from registry.core.db.prepared import ThreadLocalReader
from registry.core.keyring import Keyring
from registry.http.transaction import services
from registry.verification.verdicts.queries import VerdictReader


def verdicts() -> VerdictReader:
    """The process's reader. Two threads that come first at once may make two; either serves."""
    reader = current_app.extensions.get("registry_verdicts")
    if reader is None:
        existing = services()
        reader = VerdictReader(ThreadLocalReader(existing.engine), existing.reading_sessions)
        current_app.extensions["registry_verdicts"] = reader
    return cast(VerdictReader, reader)


def keyring() -> Keyring:
    """The process's keyring: a secret is read from its file once."""
    stored = current_app.extensions.get("registry_keyring")
    if stored is None:
        stored = current_app.extensions["registry_keyring"] = Keyring(services().settings.keys)
    return cast(Keyring, stored)
