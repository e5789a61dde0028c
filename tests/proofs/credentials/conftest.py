"""A registry that signs: its keys made and certified, and its log published whenever a test says so."""

from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from registry.core.keyring import Key, Keyring, KeyState, Use
from registry.log.keys import change_state, new_key, sync_keys
from tests.log.publishing import Publish


@pytest.fixture
def jwks(client: FlaskClient) -> Callable[[], dict[str, Any]]:
    """The keys as the registry serves them."""
    return lambda: client.get("/.well-known/jwks.json").get_json(force=True)


@pytest.fixture
def rotate(session: Session, keyring: Keyring, publish: Publish) -> Callable[[Use], Key]:
    """Make a new key for a use; gives the former one, which is active still."""

    def rotated(use: Use) -> Key:
        former = keyring.active(use)
        keyring.keep(new_key(keyring, use, "https://registry.example").key)
        sync_keys(session, keyring)
        publish()
        return former

    return rotated


@pytest.fixture
def end_key(session: Session, keyring: Keyring, publish: Publish) -> Callable[..., None]:
    """Retire a key, or with `last_good_index` call it compromised."""

    def ended(key: Key, last_good_index: int | None = None) -> None:
        state = KeyState.RETIRED if last_good_index is None else KeyState.COMPROMISED
        keyring.keep(change_state(session, key, state, last_good_index))
        publish()

    return ended
