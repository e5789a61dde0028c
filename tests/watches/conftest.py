"""What tests of watches stand on."""

import pytest
from sqlalchemy.orm import Session

from tests.watches.making import make_brands


@pytest.fixture
def brands(session: Session) -> None:
    """BRAND and OTHER are there."""
    make_brands(session)
