"""A witness as a second place: it has each head before that stands anywhere else, so no home signs beside another one.

A witness cosigns a head only where it follows from the last one that it cosigned. That is a compare-and-swap which no home can
go round, and it does not trust the database. Asked for the newest head of the database again, it says whether that is its own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import requests

from registry.core.errors import BadProof, ForkRefused, GuardAway, KeyTrouble
from registry.log import note
from registry.log.policy import Witness, WitnessPolicy
from registry.log.witnesses.client import NotCosigned, post_checkpoint

TIMEOUT = (2.0, 4.0)
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

    witness: Witness

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
            return post_checkpoint(self.witness, old, proof, raw, TIMEOUT)
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


def guard_in(policy: WitnessPolicy, name: str | None) -> WitnessGuard | None:
    """The guard of that name in the log's policy; None where none is named, or the policy does not have it yet."""
    found = next((one for one in policy.witnesses if one.name == name and one.url is not None), None)
    return None if found is None else WitnessGuard(found)


def require_guard(policy: WitnessPolicy, name: str | None) -> WitnessGuard | None:
    """As `guard_in`. Raises KeyTrouble where one is named that the policy does not have with an address."""
    found = guard_in(policy, name)
    if found is None and name is not None:
        raise KeyTrouble(
            f"REGISTRY_LOG_GUARD names the witness {name}, and the log's policy has none of that name with an address: write it "
            "into REGISTRY_HOME/witness-policy"
        )
    return found
