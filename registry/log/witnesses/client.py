"""Asking witnesses to sign our newest head (C2SP tlog-witness), and one of them as a guard that has each head first.

A witness signs a head if it follows from the last one it saw. A worker asks those of the policy, for it waits for other servers;
once as many have signed as the policy asks for, the head is shown. A guard (`WitnessGuard`) is asked before a head stands
anywhere else, so no home signs beside another one: that is a compare-and-swap which no home can go round, and it does not trust
the database. Asked for the newest head of the database again, it says whether that is its own.
"""

from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import requests
import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.db.engine import microseconds, reading_session
from registry.core.errors import BadProof, ForkRefused, GuardAway, KeyTrouble
from registry.log import actions, models, note, queries

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

    witness: note.Witness
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


def _newest(session: Session) -> list[models.Checkpoint]:
    query = select(models.Checkpoint).join(models.LogState, models.LogState.origin == models.Checkpoint.origin)
    return list(session.execute(query.order_by(models.Checkpoint.size.desc()).limit(2)).scalars())


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
    witness: note.Witness, old: int, proof: list[bytes], raw: str, timeout: tuple[float, float] = TIMEOUT
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
    url = f"{witness.url.rstrip('/')}/add-checkpoint"
    with requests.post(url, data=body.encode(), timeout=timeout, allow_redirects=False, stream=True) as response:
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
    actions.lock_log(session)
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


GUARD_TIMEOUT = (2.0, 4.0)
"""Seconds to connect, and for an answer. Publishing waits for the log's lock meanwhile."""

_TURNS = 3
"""Another home may have signed a head that ours follows from, between our look and our request."""


class Seen(NamedTuple):
    """What the witness says of a log: the size of the head it was asked about, and of the newest that it cosigned."""

    origin: str
    asked: int
    size: int

    def vouches_for(self, origin: str, size: int) -> bool:
        """Whether it cosigned a head of that log and size, or a later one, which signing then has to follow from."""
        return (self.origin, self.asked) == (origin, size) and self.size >= size

    def is_newest(self) -> bool:
        """Whether the head it was asked about is the newest that it cosigned: entries and all."""
        return self.size == self.asked


@dataclass(frozen=True, slots=True)
class WitnessGuard:
    """The witness that REGISTRY_LOG_GUARD names. Every home of a log has to name the same one."""

    witness: note.Witness

    def has_cosigned(self, raw: str) -> bool:
        """Whether a head bears its signature: those that were signed without this guard do not."""
        return note.cosigned_at(note.read_note(raw), self.witness.key) is not None

    def ask(self, head: note.Checkpoint, raw: str) -> Seen:
        """Ask about a head that bears its signature.

        Raises ForkRefused where it cosigned other entries under that size, GuardAway, KeyTrouble.
        """
        known = self._post(head, head.size, [], raw)
        if known == head.size:
            raise self._other(head)
        return Seen(head.origin, head.size, known if isinstance(known, int) else head.size)

    def cosign(self, head: note.Checkpoint, raw: str, old: int, proof: Callable[[int], list[bytes]]) -> str:
        """Have a head cosigned that was signed just now and stands nowhere yet. Gives the signature line.

        `old` is the size it is believed to have seen last, `proof` gives that our head follows from such a size. Raises
        ForkRefused where our head does not follow from what it cosigned, GuardAway, KeyTrouble.
        """
        for _ in range(_TURNS):
            answer = self._post(head, old, proof(old), raw)
            if isinstance(answer, str):
                return answer
            if answer > head.size:
                raise ForkRefused(
                    f"a head of {answer} entries of {head.origin} was signed, the witness {self.witness.name} says, and this "
                    f"one has {head.size}: the database was restored from a backup, or another home signed at this moment"
                )
            if answer == head.size == old:
                raise self._other(head)
            old = answer
        raise GuardAway(
            f"the witness {self.witness.name} says another size each time: nothing is signed before it agrees"
        )

    def _post(self, head: note.Checkpoint, old: int, proof: list[bytes], raw: str) -> str | int:
        name = self.witness.name
        try:
            return post_checkpoint(self.witness, old, proof, raw, GUARD_TIMEOUT)
        except NotCosigned as trouble:
            if trouble.status == 422:
                raise self._other(head) from None
            if trouble.status in (403, 404):
                raise KeyTrouble(
                    f"the witness {name}, which has each head first, does not know the log {head.origin} or its keys: start it "
                    "with what /log/vkey says (registry witness --log)"
                ) from None
            raise self._away(str(trouble)) from None
        except (BadProof, requests.RequestException) as trouble:
            raise self._away(type(trouble).__name__) from None

    def _away(self, trouble: str) -> GuardAway:
        return GuardAway(
            f"the witness {self.witness.name}, which has each head first, does not cosign ({trouble}): nothing is signed "
            "before it does"
        )

    def _other(self, head: note.Checkpoint) -> ForkRefused:
        return ForkRefused(
            f"the witness {self.witness.name} cosigned other entries of {head.origin} than the first {head.size} here: put the "
            "right database back, or go on under another name with `registry log recover`"
        )


def guard_in(policy: note.WitnessPolicy, name: str | None) -> WitnessGuard | None:
    """The guard of that name in the log's policy; None where none is named, or the policy does not have it yet."""
    found = next((one for one in policy.witnesses if one.name == name and one.url is not None), None)
    return None if found is None else WitnessGuard(found)


def require_guard(policy: note.WitnessPolicy, name: str | None) -> WitnessGuard | None:
    """As `guard_in`. Raises KeyTrouble where one is named that the policy does not have with an address."""
    found = guard_in(policy, name)
    if found is None and name is not None:
        raise KeyTrouble(
            f"REGISTRY_LOG_GUARD names the witness {name}, and the log's policy has none of that name with an address: write it "
            "into REGISTRY_HOME/witness-policy"
        )
    return found
