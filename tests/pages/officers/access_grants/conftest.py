"""As for case pages, with a case whose complainant stated a contact."""

import pytest
from sqlalchemy.orm import Session

from registry.complaints.sealing.sealer import Sealer
from tests.complaints.filing import Filed, file


@pytest.fixture
def case(session: Session, sealer: Sealer) -> Filed:
    given = {
        "country": "IT",
        "account": "They took my passport.",
        "contact": {"how": "wechat", "address": "wx-her-canary<script>"},
    }
    return file(session, sealer, given)
