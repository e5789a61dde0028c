"""Time stamps of others (RFC 3161): that a head of the log, and so every entry below it, existed before an instant.

What the registry says of an instant is its own word. A stamp counts under the roots that the reader names, which are not the
registry's; without any it is told and not believed.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from cryptography import x509

from registry_client.network import Fetch, Unreachable, post
from registry_client.notes import Checkpoint
from registry_client.store import Store
from registry_client.strict import (
    Refused,
    Unreadable,
    from_base64,
    instant_text,
    lacks_extra,
    list_of,
    object_of,
    read_object,
    text_of,
    whole_number,
)
from registry_client.tree import is_consistent, leaf_hash, root_from_inclusion
from registry_client.verdicts import State, Verdict

if TYPE_CHECKING:
    from rfc3161_client import TimeStampResponse

PATH = "/log/timestamps"
SIZES_LIMIT, STAMPS_LIMIT = 4_000_000, 2_000_000
MAX_HASHES, MAX_STAMPS = 128, 16
TOKEN_LIMIT = 64 * 1024
"""Bytes of an authority's answer."""
MAX_NEW = 100
"""Stamped heads that one run reads: of more the newest, which vouch for all before them."""


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


def check_stamp(token: bytes, message: bytes, roots: Sequence[x509.Certificate], nonce: int | None = None) -> Stamp:
    """Hold an authority's answer to what was stamped, and to the nonce that was asked with.

    Raises Refused, and Unreadable where the extra `time` is missing.
    """
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
    builder = VerifierBuilder(roots=list(roots))
    try:
        (builder if nonce is None else builder.nonce(nonce)).build().verify_message(stamp, message)
    except VerificationError as error:
        is_of_another_root = "certificate verify error" in str(error)
        raise Refused("timestamp_root_unknown" if is_of_another_root else "timestamp_wrong", authority=name) from error
    return Stamp(int(stamp.tst_info.gen_time.timestamp()), name)


def ask_stamp(url: str, message: bytes, roots: Sequence[x509.Certificate]) -> tuple[bytes, Stamp]:
    """Have an authority stamp a message. Gives its answer in DER, checked under the roots.

    Raises Refused, Unreachable, and Unreadable where the extra `time` is missing.
    """
    try:
        from rfc3161_client import HashAlgorithm, TimestampRequestBuilder
    except ModuleNotFoundError as error:
        raise lacks_extra("time stamps need", "time") from error
    request = TimestampRequestBuilder().data(message).hash_algorithm(HashAlgorithm.SHA256)
    built = request.nonce(nonce=True).cert_request(cert_request=True).build()
    token = post(url, built.as_bytes(), "application/timestamp-query", TOKEN_LIMIT)
    return token, check_stamp(token, message, roots, built.nonce)


def judge_file(data: bytes, stamp: bytes, roots: Sequence[x509.Certificate], verdict: Verdict) -> None:
    """Say when a file existed, by what its holder keeps beside it: an authority's answer, or a stamp that the registry gave.

    Raises Unreadable.
    """
    if stamp.lstrip().startswith(b"{"):
        judge_member(data.strip(), read_object(stamp, "time stamp"), roots, verdict)
    else:
        _judge_stamps([stamp], data, roots, verdict)


def judge_member(data: bytes, content: Mapping[str, Any], roots: Sequence[x509.Certificate], verdict: Verdict) -> None:
    """Say when a receipt or a manifest existed, by the stamp of the batch that the registry put it into. Raises Unreadable."""
    what = "time stamp"
    text, tokens = read_stamps(content, what)
    path = _hashes_of(content, "path", what)
    size, root = _head_of(text, what)
    index = whole_number(content.get("index"), f"{what}: index")
    if root_from_inclusion(leaf_hash(data), index, size, path) == root:
        _judge_stamps(tokens, text.encode(), roots, verdict)
    else:
        verdict.bad("timestamp_of_another_file")


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
    text, tokens = read_stamps(content, what)
    hashes = _hashes_of(content, "consistency", what)
    size, root = _head_of(text, what)
    if not text.startswith(f"{head.origin}\n") or not is_consistent(size, root, head.size, head.root, hashes):
        verdict.bad("timestamp_of_another_log")
    elif index >= size:
        verdict.bad("timestamp_before_entry", index=index, size=size)
    else:
        _judge_stamps(tokens, text.encode(), roots, verdict)


def check_served(fetch: Fetch, origin: str, store: Store, roots: Sequence[x509.Certificate], verdict: Verdict) -> None:
    """Hold the stamps that a registry serves to the copy of its log, the new ones since the last run; none are fine, too."""
    known = int(store.get("stamped") or 0)
    try:
        sizes = read_sizes(fetch(f"{PATH}/sizes", SIZES_LIMIT))
        if known and known not in sizes:
            verdict.bad("timestamps_withdrawn", size=known)
        for size in [one for one in sizes if known < one <= store.size][-MAX_NEW:]:
            what = f"{PATH}/{size}"
            text, tokens = read_stamps(read_object(fetch(what, STAMPS_LIMIT), what), what)
            if text != head_text(origin, size, store):
                verdict.bad("timestamp_of_another_log")
                return
            found = Verdict()
            _judge_stamps(tokens, text.encode(), roots, found)
            verdict.findings += [one for one in found.findings if one not in verdict.findings]
            if found.state is State.BAD:
                # It is read again in the next run, and told again.
                return
            store.put(stamped=str(size))
    except Unreachable as error:
        if known or error.status != 404:
            verdict.unknown("timestamps_not_served", why=str(error))
    except Unreadable as error:
        verdict.bad("timestamps_unreadable", why=str(error))


def head_text(origin: str, size: int, store: Store) -> str:
    """What is stamped of the head of a size, by the copy of the log."""
    return f"{origin}\n{size}\n{b64encode(store.root_at(size)).decode()}\n"


def read_stamps(content: Mapping[str, Any], what: str) -> tuple[str, list[bytes]]:
    """What was stamped, and the authorities' answers. Raises Unreadable."""
    stamps = [
        object_of(one, f"{what}: timestamps") for one in list_of(content.get("timestamps"), f"{what}: timestamps")
    ]
    if len(stamps) > MAX_STAMPS:
        raise Unreadable(f"{what}: at most {MAX_STAMPS} stamps are expected")
    tokens = [from_base64(one.get("token"), f"{what}: token") for one in stamps]
    return text_of(content.get("head"), f"{what}: head"), tokens


def _judge_stamps(tokens: Sequence[bytes], message: bytes, roots: Sequence[x509.Certificate], verdict: Verdict) -> None:
    if not roots:
        verdict.note("timestamp_not_checked", count=len(tokens))
        return
    for token in tokens:
        try:
            stamp = check_stamp(token, message, roots)
        except Refused as error:
            if error.code == "timestamp_root_unknown":
                # Another reader may know it; what the registry adds must not turn a good licence bad.
                verdict.note(error.code, **error.values)
            else:
                verdict.refused(error)
        else:
            verdict.note("existed_before", at=instant_text(stamp.at), authority=stamp.authority)


def _hashes_of(content: Mapping[str, Any], name: str, what: str) -> list[bytes]:
    hashes = [from_base64(one, f"{what}: {name}") for one in list_of(content.get(name), f"{what}: {name}")]
    if len(hashes) > MAX_HASHES:
        raise Unreadable(f"{what}: at most {MAX_HASHES} hashes are expected")
    return hashes


def _head_of(text: str, what: str) -> tuple[int, bytes]:
    lines = text.split("\n")
    if len(lines) != 4 or lines[3] or not _is_size(lines[1]):
        raise Unreadable(f"{what}: head: origin, size and root are expected in three lines")
    return int(lines[1]), from_base64(lines[2], f"{what}: head: root")


def read_sizes(data: bytes) -> list[int]:
    """The sizes of stamped heads, the smallest first. Raises Unreadable."""
    lines = data.decode("utf-8", "replace").split("\n")
    if lines.pop() or not all(_is_size(line) for line in lines):
        raise Unreadable(f"{PATH}/sizes: whole numbers are expected, one a line")
    return sorted(int(line) for line in lines)


def _is_size(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= 16
