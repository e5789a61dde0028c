"""What a process keeps that serves the intake: what seals and opens complaints, the door to them, and the store of files."""

from typing import cast

from flask import current_app

from registry.complaints.attachments.storage import FileStore, store_of
from registry.complaints.intake.admission import Admission
from registry.complaints.sealing.sealer import Sealer
from registry.http.app_services import keyring
from registry.http.transaction import services


def sealer() -> Sealer:
    """What seals and opens complaints, by the keys of this process's keyring."""
    stored = current_app.extensions.get("registry_sealer")
    if stored is None:
        stored = current_app.extensions["registry_sealer"] = Sealer(keyring())
    return cast(Sealer, stored)


def admission() -> Admission:
    """The door to complaints."""
    stored = current_app.extensions.get("registry_admission")
    if stored is None:
        stored = current_app.extensions["registry_admission"] = Admission(keyring(), services().settings.home)
    return cast(Admission, stored)


def store() -> FileStore:
    """Where files of complaints lie, sealed."""
    stored = current_app.extensions.get("registry_file_store")
    if stored is None:
        stored = current_app.extensions["registry_file_store"] = store_of(services().settings)
    return cast(FileStore, stored)
