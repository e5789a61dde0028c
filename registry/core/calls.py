"""What every act is given: who acts, in which transaction, when, and on what version of its object.

Never the sealer or a key: an act that needs one names it as a parameter, so that who may hold them stays a list
(docs/decisions/0161).
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

Actor = TypeVar("Actor", covariant=True)


@dataclass(frozen=True, slots=True)
class Call(Generic[Actor]):
    """One call of an act. `version` is that of the object as its caller read it, None where nothing was read before."""

    session: Session
    actor: Actor
    at: datetime
    version: int | None = None
