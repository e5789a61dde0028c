"""The keys that sign for the registry, as its log says them: what anybody may believe, whichever machine signs."""

from collections.abc import Iterable
from typing import Any

from registry.core.keyring import KeyState, Use
from registry.log.queries import LoggedKey

USES = (Use.CREDENTIAL, Use.STATUS, Use.RECEIPT)
"""What the keys with certificates of the root sign."""


def jwks(keys: Iterable[LoggedKey]) -> dict[str, Any]:
    """RFC 7517 of the keys whose signatures may still be believed."""
    return {
        "keys": [
            {**key.public, "kid": key.kid, "use": "sig", "alg": "ES256", "x5c": [key.certificate]}
            for key in keys
            if key.use in USES and key.state is not KeyState.COMPROMISED and key.certificate is not None
        ]
    }
