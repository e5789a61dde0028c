"""What a time stamp (RFC 3161) is about, and what it is worth under the roots that are believed here. No one is asked."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from cryptography import x509
from rfc3161_client import VerificationError, VerifierBuilder, decode_timestamp_response

from registry.core.db.engine import Base
from registry.core.errors import KeyTrouble
from registry.vocabulary.organisations import StampStanding

ROOTS = "timestamp-roots.pem"
"""Certificates in the data folder under which the authorities' own stand."""


class Wanted(NamedTuple):
    """What the authority at an address is to stamp; `row` makes the row of its answer, from the instant and the DER."""

    url: str
    text: str
    row: Callable[..., Base]


def standing_of(token: bytes, message: bytes, roots: Sequence[x509.Certificate]) -> StampStanding:
    """What an authority's answer says of a message, under these roots."""
    if not roots:
        return StampStanding.STRANGE
    try:
        VerifierBuilder(roots=list(roots)).build().verify_message(decode_timestamp_response(token), message)
    except (VerificationError, ValueError) as trouble:
        return StampStanding.STRANGE if "certificate verify error" in str(trouble) else StampStanding.FALSE
    return StampStanding.HOLDS


def authority_name(url: str) -> str:
    """The address of an authority without the account that it is asked with."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()


def roots_in(home: Path) -> list[x509.Certificate]:
    """The roots of time stamps that lie in a data folder. KeyTrouble where none can be read."""
    path = home / ROOTS
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise KeyTrouble(
            f"{path} cannot be read ({error.strerror}): put the roots of the authorities of REGISTRY_TIMESTAMPS there, in PEM"
        ) from None
    except ValueError:
        raise KeyTrouble(f"{path} holds no certificates in PEM: put the roots of the authorities there") from None
