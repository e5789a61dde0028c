"""Calls of acts, as tests make them."""

from datetime import datetime
from typing import TypeVar

from sqlalchemy.orm import Session

from registry.core.calls import Call
from registry.core.clock import now

Actor = TypeVar("Actor")


def call_by(session: Session, actor: Actor, version: int | None = None, at: datetime | None = None) -> Call[Actor]:
    """The call of an act by an officer, now unless `at` says otherwise."""
    return Call(session, actor, at or now(), version)
