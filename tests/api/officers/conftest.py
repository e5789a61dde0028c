"""The officers' API in a test's client, beside the console; both are served by the same switch."""

import pytest

from registry.core.settings import Settings
from tests.pages.officers.signed_in import with_console


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return with_console(settings)
