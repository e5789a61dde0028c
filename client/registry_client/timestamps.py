"""Time stamps of others (RFC 3161): that a head of the log, and so every entry below it, existed before an instant.

What the registry says of an instant is its own word. A stamp counts under the roots that the reader names, which are not the
registry's; without any it is told and not believed.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509

from registry_client.notes import Checkpoint
from registry_client.strict import (
    Refused,
    Unreadable,
    from_base64,
    instant_text,
    lacks_extra,
    list_of,
    object_of,
    text_of,
)
from registry_client.tree import is_consistent
from registry_client.verdicts import Verdict

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

MAX_HASHES = 128
MAX_STAMPS = 16


class Stamp(NamedTuple):
    """What an authority says: the instant, in seconds since 1970, and the subject of its certificate."""

    at: int
    authority: str


def read_roots(pem: bytes, what: str) -> tuple[x509.Certificate, ...]:
    """The certificates of a file. Raises Unreadable."""
    try:
        return tuple(x509.load_pem_x509_certificates(pem))
    except ValueError as error:
        raise Unreadable(f"{what}: certificates in PEM are expected") from error


def check_stamp(token: bytes, message: bytes, roots: Sequence[x509.Certificate]) -> Stamp:
    """Hold an authority's answer to what was stamped. Raises Refused, and Unreadable where the extra `time` is missing."""
    try:
        from rfc3161_client import VerifierBuilder, decode_timestamp_response
        from rfc3161_client.errors import VerificationError
    except ModuleNotFoundError as error:
        raise lacks_extra("time stamps need", "time") from error
    try:
        stamp = decode_timestamp_response(token)
        name = _authority_of(stamp)
    except ValueError as error:
        raise Refused("timestamp_damaged") from error
    try:
        VerifierBuilder(roots=list(roots)).build().verify_message(stamp, message)
    except VerificationError as error:
        is_of_another_root = "certificate verify error" in str(error)
        raise Refused("timestamp_root_unknown" if is_of_another_root else "timestamp_wrong", authority=name) from error
    return Stamp(int(stamp.tst_info.gen_time.timestamp()), name)


def _authority_of(stamp: "TimeStampResponse") -> str:
    (signer,) = stamp.signed_data.signer_infos
    for der in stamp.signed_data.certificates:
        certificate = x509.load_der_x509_certificate(der)
        if (certificate.issuer, certificate.serial_number) == (signer.issuer, signer.serial_number):
            return certificate.subject.rfc4514_string()
    raise ValueError("it carries no certificate of its signer")


def judge_time(
    content: Mapping[str, Any],
    index: int,
    head: Checkpoint,
    roots: Sequence[x509.Certificate],
    verdict: Verdict,
) -> None:
    """Say when the entry of an index existed, by the `time` of a bundle whose proofs lead to `head`. Raises Unreadable."""
    what = "bundle: time"
    text = text_of(content.get("head"), f"{what}: head")
    stamps = [
        object_of(one, f"{what}: timestamps") for one in list_of(content.get("timestamps"), f"{what}: timestamps")
    ]
    hashes = [
        from_base64(one, f"{what}: consistency") for one in list_of(content.get("consistency"), f"{what}: consistency")
    ]
    if len(stamps) > MAX_STAMPS or len(hashes) > MAX_HASHES:
        raise Unreadable(f"{what}: at most {MAX_STAMPS} stamps and {MAX_HASHES} hashes are expected")
    size, root = _head_of(text, what)
    if not text.startswith(f"{head.origin}\n") or not is_consistent(size, root, head.size, head.root, hashes):
        verdict.bad("timestamp_of_another_log")
    elif index >= size:
        verdict.bad("timestamp_before_entry", index=index, size=size)
    elif not roots:
        verdict.note("timestamp_not_checked", count=len(stamps))
    else:
        _judge_stamps([text_of(one.get("token"), f"{what}: token") for one in stamps], text.encode(), roots, verdict)


def _judge_stamps(tokens: Sequence[str], message: bytes, roots: Sequence[x509.Certificate], verdict: Verdict) -> None:
    for token in tokens:
        try:
            stamp = check_stamp(from_base64(token, "bundle: time: token"), message, roots)
        except Refused as error:
            if error.code == "timestamp_root_unknown":
                # Another reader may know it; what the registry adds must not turn a good licence bad.
                verdict.note(error.code, **error.values)
            else:
                verdict.refused(error)
        else:
            verdict.note("existed_before", at=instant_text(stamp.at), authority=stamp.authority)


def _head_of(text: str, what: str) -> tuple[int, bytes]:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not lines[1].isascii() or not lines[1].isdecimal() or len(lines[1]) > 16:
        raise Unreadable(f"{what}: head: origin, size and root are expected in three lines")
    return int(lines[1]), from_base64(lines[2], f"{what}: head: root")
