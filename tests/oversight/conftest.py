"""Units of Italy, Czechia and China with their keys."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from tests.complaints.filing import make_units

IT, CZ = "it-labour", "cz-labour"


@pytest.fixture
def sealer(session: Session, settings: Settings) -> Sealer:
    settings.prepare_home()
    sealer = Sealer(Keyring(settings.keys))
    make_units(session, sealer)
    return sealer
