"""Sanctions in the outbox stand on keys."""

from tests.complaints.conftest import keyring, sealer

__all__ = ["keyring", "sealer"]
