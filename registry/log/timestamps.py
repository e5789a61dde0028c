"""Time stamps of published heads by authorities of others (RFC 3161): what the log held existed before an instant.

An instant in an entry, or in a receipt, is this registry's own word. A stamp is a word of somebody else about the three
lines of a head, so about all entries below it. Only a worker asks, and no head waits for it: one that was missed is made up
for with the newest head, which vouches for all before it. The day here is UTC's, as are the instants of the log.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import partial

import requests
import rfc3161_client
import structlog
from cryptography import x509
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.db.engine import reading_session
from registry.core.errors import TimestampMissed
from registry.core.settings import Settings
from registry.log import models, note, queries
from registry.log.stamps import Wanted, authority_name, roots_in

log = structlog.get_logger()

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and between two pieces of an answer."""

MAX_BYTES = 64 * 1024

EPOCHS = timedelta(hours=1)
"""Authorities may charge for each stamp: epochs of range files are stamped at most so often, the newest for all before it."""

CLOCKS_DIFFER = timedelta(minutes=2)

_EPOCH = "ranges/epoch"


def stamp_heads(settings: Settings, sessions: sessionmaker[Session]) -> int:
    """Have each authority stamp the published head where a day or an epoch waits for it. Gives how many did.

    Raises as `ask_authorities`.
    """
    wanted = []
    with reading_session(sessions) as session:
        for url in settings.timestamps:
            head = _head_due(session, authority_name(url), now())
            if head is not None:
                row = partial(models.Timestamp, origin=head.origin, size=head.size, authority=authority_name(url))
                wanted.append(Wanted(url, head.text(), row))
    return ask_authorities(settings, sessions, wanted)


def ask_authorities(settings: Settings, sessions: sessionmaker[Session], wanted: Sequence[Wanted]) -> int:
    """Ask authorities for stamps, and keep each that holds under the roots. One that failed is asked no more. Gives how many.

    Raises KeyTrouble where the roots cannot be read, and TimestampMissed, after all were asked, for those that gave none.
    """
    if not wanted:
        return 0
    roots, missed, stamped = roots_in(settings.home), dict[str, str](), 0
    for url, text, row in wanted:
        name = authority_name(url)
        if name in missed:
            continue
        try:
            stamped_at, token = _ask(url, text.encode(), roots)
        except (rfc3161_client.VerificationError, ValueError, requests.RequestException) as trouble:
            missed[name] = _in_short(trouble)
            continue
        if abs(stamped_at - now()) > CLOCKS_DIFFER:
            log.warning("timestamp_clock_differs", authority=name, stamped_at=stamped_at.isoformat())
        with sessions.begin() as session:
            session.merge(row(stamped_at=stamped_at, token=token))
        stamped += 1
    if missed:
        raise TimestampMissed("no time stamp came from " + ", ".join(f"{name} ({why})" for name, why in missed.items()))
    return stamped


def _head_due(session: Session, authority: str, at: datetime) -> note.Checkpoint | None:
    newest = queries.published(session)
    if newest is None:
        return None
    query = select(models.Timestamp.size, models.Timestamp.stamped_at).where(
        models.Timestamp.origin == newest.origin, models.Timestamp.authority == authority
    )
    last = session.execute(query.order_by(models.Timestamp.size.desc()).limit(1)).one_or_none()
    if last is not None:
        if last.size == newest.size:
            return None
        epoch = queries.latest_entry(session, _EPOCH, newest.size)
        has_epoch = epoch is not None and epoch.index >= last.size and at - last.stamped_at >= EPOCHS
        if last.stamped_at.date() == at.date() and not has_epoch:
            return None
    return note.Checkpoint(newest.origin, newest.size, newest.root)


def _ask(url: str, message: bytes, roots: Sequence[x509.Certificate]) -> tuple[datetime, bytes]:
    """The instant and the answer, in DER, of an authority, checked under the roots."""
    request = rfc3161_client.TimestampRequestBuilder().data(message).hash_algorithm(rfc3161_client.HashAlgorithm.SHA256)
    built = request.nonce(nonce=True).cert_request(cert_request=True).build()
    headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
    with requests.post(
        url, built.as_bytes(), headers=headers, timeout=TIMEOUT, allow_redirects=False, stream=True
    ) as response:
        if response.status_code != 200:
            raise ValueError(f"it answers {response.status_code}")
        token = response.raw.read(MAX_BYTES + 1, decode_content=True)
    if len(token) > MAX_BYTES:
        raise ValueError(f"its answer has more than {MAX_BYTES} bytes")
    stamp = rfc3161_client.decode_timestamp_response(token)
    builder = rfc3161_client.VerifierBuilder(roots=list(roots))
    if built.nonce is not None:
        builder = builder.nonce(built.nonce)
    builder.build().verify_message(stamp, message)
    return stamp.tst_info.gen_time, token


def _in_short(trouble: Exception) -> str:
    # Errors of requests repeat the whole address, which may have a password.
    return type(trouble).__name__ if isinstance(trouble, requests.RequestException) else str(trouble)[:200]
