"""A registry with some agencies, and the folder its dataset is written into."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path

import msgspec
import pytest
from sqlalchemy.orm import Session

from registry.core.settings import Settings
from registry.dataset import actions
from registry.dataset.manifest import Keys
from registry.dataset.storage import home_folder
from registry.http.transaction import Services
from registry.log.queries import trust_file
from registry.log.signing import sign_committed
from tests import make

WriteDataset = Callable[..., actions.Written]


@pytest.fixture
def folder(settings: Settings) -> Path:
    return home_folder(settings)


@pytest.fixture
def write(session: Session, held_services: Services, settings: Settings, folder: Path) -> WriteDataset:
    """Commit and sign what the test made, and write a snapshot of it."""

    def write(at: datetime | None = None, into: Path | None = None) -> actions.Written:
        session.commit()
        sign_committed(settings, held_services.sessions)
        return actions.write(
            settings,
            held_services.sessions,
            into or folder,
            lambda: sign_committed(settings, held_services.sessions),
            at,
        )

    return write


@pytest.fixture
def trust(reading: Session, settings: Settings) -> Callable[[], Keys]:
    """The keys of the log, as a reader who kept the trust file has them."""

    def trust() -> Keys:
        reading.rollback()
        return Keys.of_trust(msgspec.json.encode(trust_file(reading, settings.public_url)))

    return trust


@pytest.fixture
def some_licences(session: Session) -> Session:
    for number in range(3):
        make.make_licence(session, number=f"INV-{number}", valid_to=date(2099, 1, 1))
    return session
