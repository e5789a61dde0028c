"""The officers' API in a test's client, beside the console; both are served by the same switch."""

from tests.pages.officers.conftest import app, settings

__all__ = ["app", "settings"]
