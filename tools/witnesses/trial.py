"""Six things that a quorum of two of three witnesses must do, tried on processes of their own by a log that asks them."""

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from sqlalchemy.orm import Session, sessionmaker

from registry.core.ids import new_reference
from registry.core.keyring import Keyring, Use
from registry.core.settings import Settings
from registry.log import note, queries, tree
from registry.log.actions import Draft, append
from registry.log.signing import sign_committed
from registry.log.witnesses.client import NotCosigned, ask_witnesses, post_checkpoint
from tools.cluster.parts import free_ports, is_open, wait_until
from tools.witnesses.programs import Program, policy_of

Sessions = sessionmaker[Session]


class Opinion(NamedTuple):
    """What was tried, and whether it came out so."""

    stated: str
    is_so: bool


class Running:
    """The witnesses' processes, each on a port of its own."""

    def __init__(self, programs: Sequence[Program], folder: Path) -> None:
        self._programs = programs
        self._ports = free_ports(len(programs))
        self._folder = folder
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.keys: list[str] = []
        """Of the log they sign for."""

    def policy(self) -> str:
        return policy_of(self._programs, [f"http://127.0.0.1:{port}" for port in self._ports])

    def start(self, place: int) -> None:
        port = self._ports[place]
        with (self._folder / f"witness-{place}.out").open("ab") as out:
            self._processes[place] = subprocess.Popen(
                self._programs[place].command(port, self.keys), stdout=out, stderr=out, start_new_session=True
            )
        wait_until(lambda: is_open(port), f"the witness {self._programs[place].name}")

    def stop(self, place: int) -> None:
        """As a machine that loses its power."""
        process = self._processes.pop(place)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    @contextmanager
    def away(self, *places: int) -> Iterator[None]:
        for place in places:
            self.stop(place)
        yield
        for place in places:
            self.start(place)

    def end(self) -> None:
        for place in list(self._processes):
            self.stop(place)


def opinions(settings: Settings, sessions: Sessions, programs: Sequence[Program], folder: Path) -> Iterator[Opinion]:
    """Try them one by one: `settings` and `sessions` are those of a log without entries."""
    running = Running(programs, folder)
    try:
        settings.prepare_home()
        (settings.home / "witness-policy").write_text(running.policy(), encoding="ascii")
        _grow(settings, sessions)
        with sessions() as session:
            running.keys = [str(key) for key in queries.verifier_keys(session)]
        for place in range(len(programs)):
            running.start(place)
        shown = _grow(settings, sessions)
        for place, program in enumerate(programs):
            with running.away(place):
                former, shown = shown, _grow(settings, sessions)
            yield Opinion(f"{program.name} is away, and the log goes on", shown > former > 0)
        found = []
        for places in combinations(range(len(programs)), 2):
            with running.away(*places):
                found.append(_grow(settings, sessions) == shown)
            # Both are back: what waited is shown.
            ask_witnesses(sessions)
            former, shown = shown, _shown_size(sessions)
            found.append(shown > former)
        yield Opinion("two are away, whichever they are, and nothing newer is shown until one is back", all(found))
        yield Opinion("a fork gets no cosignature from any", _is_fork_refused(settings, running, shown))
        _grow(settings, sessions)
        yield Opinion("all were sent the same checkpoint, and it bears three cosignatures", _is_same_for_all(sessions))
    finally:
        running.end()


def _grow(settings: Settings, sessions: Sessions) -> int:
    """Publish, sign and ask the witnesses. Gives the size of the head that is shown after it, 0 for none."""
    with sessions.begin() as session:
        append(session, [Draft(f"agency/{new_reference()}", "agency.registered", {"n": n}) for n in range(5)])
    sign_committed(settings, sessions)
    ask_witnesses(sessions)
    return _shown_size(sessions)


def _shown_size(sessions: Sessions) -> int:
    with sessions() as session:
        head = queries.published(session)
        return head.size if head is not None else 0


def _is_fork_refused(settings: Settings, running: Running, size: int) -> bool:
    """Whether none cosigns a history of other entries that the log's own key signed, whose proofs follow from one another."""
    signer = Keyring(settings.keys).signer(Use.LOG)
    key = note.read_vkey(running.keys[0])
    fork = tree.reading(tree.levels_of(tree.leaf_hashes(b"other %d" % number for number in range(size + 1))))

    def is_cosigned(witness: note.Witness, old: int, new: int) -> bool:
        text = note.Checkpoint(key.name, new, tree.root_at(fork, new)).text()
        proof = tree.consistency_proof(fork, old, new)
        try:
            return isinstance(post_checkpoint(witness, old, proof, note.signed(text, [(key, signer.sign)])), str)
        except NotCosigned:
            return False

    grown = ((0, size), (0, size + 1), (size, size), (size, size + 1))
    return not any(
        is_cosigned(witness, old, new) for witness in note.read_policy(running.policy()).witnesses for old, new in grown
    )


def _is_same_for_all(sessions: Sessions) -> bool:
    with sessions() as session:
        head = queries.published(session)
        policy = queries.policy(session)
        return head is not None and len(policy.cosigned(note.read_note(head.note))) == len(policy.witnesses)
