"""What a process keeps to answer with: the reader of verdicts, whose statements are compiled once, and the keyring."""

from typing import cast

from flask import Flask, current_app

from registry.core.db.prepared import ThreadLocalReader
from registry.core.keyring import Keyring
from registry.http.transaction import services, usable_replica
from registry.verification.verdicts.queries import VerdictReader


def verdicts(app: Flask | None = None) -> VerdictReader:
    """The process's reader, of the standby where one may be read.

    Two threads that come first at once may make two; either serves.
    """
    replica = usable_replica(app)
    name = "registry_verdicts" if replica is None else "registry_replica_verdicts"
    extensions = (app or current_app).extensions
    reader = extensions.get(name)
    if reader is None:
        existing = services(app)
        reader = (
            VerdictReader(ThreadLocalReader(existing.engine), existing.reading_sessions)
            if replica is None
            else VerdictReader(replica.reader, replica.sessions)
        )
        extensions[name] = reader
    return cast(VerdictReader, reader)


def keyring() -> Keyring:
    """The process's keyring: a secret is read from its file once."""
    stored = current_app.extensions.get("registry_keyring")
    if stored is None:
        stored = current_app.extensions["registry_keyring"] = Keyring(services().settings.keys)
    return cast(Keyring, stored)
