"""Asking witnesses to sign our newest head (C2SP tlog-witness). Only a worker does this: it waits for other servers.

A witness signs a head if it follows from the last one it saw. Once as many have signed as the policy asks for, it is shown.
"""

from base64 import b64encode
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import requests
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import microseconds, reading_session
from registry.core.errors import BadProof
from registry.log import note, queries
from registry.log.actions import lock_log
from registry.log.models import Checkpoint, LogState
from registry.log.policy import Witness

log = structlog.get_logger()

TIMEOUT = (5.0, 10.0)
"""Seconds to connect, and between two pieces of an answer."""

MAX_BYTES = 64 * 1024


class NotCosigned(Exception):
    """A witness was away or refused; the text says which and why, `status` what it answered."""

    def __init__(self, text: str, status: int | None = None) -> None:
        super().__init__(text)
        self.status = status


@dataclass(frozen=True, slots=True)
class WitnessRequest:
    """What is asked of one witness. `old` is the size of the head it is believed to have seen last."""

    witness: Witness
    note: str
    size: int
    old: int


def ask_witnesses(sessions: sessionmaker[Session]) -> int:
    """Have the newest head signed by each witness that has not signed it since we did. Gives how many signed now."""
    with reading_session(sessions) as session:
        requests = _requests(session)
    if not requests:
        return 0
    with ThreadPoolExecutor(len(requests)) as pool:
        answers = list(pool.map(lambda request: _ask(sessions, request), requests))
    lines = [line for line in answers if line is not None]
    if lines:
        with sessions.begin() as session:
            _save_signatures(session, requests[0], lines)
    return len(lines)


def _requests(session: Session) -> list[WitnessRequest]:
    newest, former = ([*_newest(session), None, None])[:2]
    if newest is None:
        return []
    policy = queries.policy(session)
    have = policy.cosigned(note.read_note(newest.note))
    had = policy.cosigned(note.read_note(former.note)) if former is not None else {}
    signed_at = microseconds(newest.signed_at) // 1_000_000
    return [
        WitnessRequest(
            witness, newest.note, newest.size, former.size if former is not None and witness.name in had else 0
        )
        for witness in policy.witnesses
        if witness.url is not None and have.get(witness.name, 0) < signed_at
    ]


def _newest(session: Session) -> list[Checkpoint]:
    query = select(Checkpoint).join(LogState, LogState.origin == Checkpoint.origin)
    return list(session.execute(query.order_by(Checkpoint.size.desc()).limit(2)).scalars())


def _ask(sessions: sessionmaker[Session], request: WitnessRequest) -> str | None:
    """The witness's signature line, verified; None, with a log line, when it did not sign."""
    try:
        known = _post(sessions, request)
        if isinstance(known, int):
            # It has seen another head than we believed; if it follows from that one it is signed after all.
            known = _post(sessions, WitnessRequest(request.witness, request.note, request.size, known))
        if isinstance(known, int):
            raise NotCosigned(f"it says now that the last head it saw has {known} entries")
        return known
    except (NotCosigned, BadProof, requests.RequestException) as trouble:
        log.error("witness_did_not_sign", witness=request.witness.name, size=request.size, trouble=str(trouble))
        return None


def _post(sessions: sessionmaker[Session], request: WitnessRequest) -> str | int:
    """The signature line, or the size of the head that the witness saw last."""
    if request.old > request.size:
        raise NotCosigned(
            f"it has signed a head of {request.old} entries: more than we have. If the database was restored from a "
            "backup, see `registry log recover`"
        )
    with reading_session(sessions) as session:
        proof = queries.consistency(session, request.old, request.size)
    return post_checkpoint(request.witness, request.old, proof, request.note)


def post_checkpoint(
    witness: Witness, old: int, proof: list[bytes], raw: str, timeout: tuple[float, float] = TIMEOUT
) -> str | int:
    """Ask a witness to cosign the head `raw` after one of `old` entries.

    It is sent with the log's own Ed25519 lines alone: small, and the same to each witness, whichever cosigned it before.
    Gives the signature line, verified, or the size of the head that the witness saw last where that is another. Raises
    NotCosigned, BadProof for a false signature, requests.RequestException.
    """
    own, _, _ = raw.partition("\n\n")
    signed = note.without_cosignatures(raw)
    body = f"old {old}\n" + "".join(f"{b64encode(hash_).decode()}\n" for hash_ in proof) + f"\n{signed}"
    assert witness.url is not None
    with requests.post(
        f"{witness.url.rstrip('/')}/add-checkpoint",
        data=body.encode(),
        timeout=timeout,
        allow_redirects=False,
        stream=True,
    ) as response:
        answer = next(response.iter_content(MAX_BYTES), b"").decode("utf-8", "replace")
        if response.status_code == 409 and answer.strip().isascii() and answer.strip().isdecimal():
            return int(answer.strip()[:18])
        if response.status_code != 200:
            raise NotCosigned(f"it answers {response.status_code}", response.status_code)
    key = witness.key
    for signature in note.read_signature_lines(answer):
        if (signature.name, signature.id) == (key.name, key.id):
            note.cosigned_at(note.Note(own + "\n", (signature,)), key)
            return key.line(signature.signature)
    raise NotCosigned("its answer bears no signature of the key that the policy names")


def _save_signatures(session: Session, request: WitnessRequest, lines: list[str]) -> None:
    """Add signature lines to the head, in place of older ones of the same witnesses; show it once they are enough."""
    lock_log(session)
    existing = next((one for one in _newest(session) if one.size == request.size), None)
    text, gap, _ = request.note.partition("\n\n")
    if existing is None or not existing.note.startswith(text + gap):
        return
    fresh = {tuple(line.split(" ")[:2]) for line in lines}
    stored = [
        line for line in existing.note.partition("\n\n")[2].splitlines(True) if tuple(line.split(" ")[:2]) not in fresh
    ]
    existing.note = text + gap + "".join(stored) + "".join(lines)
    policy = queries.policy(session)
    if policy.is_met(set(policy.cosigned(note.read_note(existing.note)))):
        existing.is_witnessed = True
