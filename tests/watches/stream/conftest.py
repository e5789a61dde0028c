"""What tests of streams stand on."""

from tests.watches.conftest import keyring

__all__ = ["keyring"]
