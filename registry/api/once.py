"""What is to count once, however often it is sent: an Idempotency-Key is taken with the thing it makes."""

from sqlalchemy.orm import Session

from registry.clock import day_at, now
from registry.complaints import repeats
from registry.errors import AlreadyDone
from registry.web.complaints import sealer
from registry.web.loading import Once


def claim(session: Session, what: str, whose: str, once: Once | None) -> None:
    """Take an Idempotency-Key of `whose`. Raises AlreadyDone, or RepeatDiffers where something else was sent with it."""
    if once is None:
        return
    if not repeats.claim(session, sealer(), f"{what} of {whose}", once.key, once.digest, day_at(now(), None)):
        raise AlreadyDone(f"a {what} was made with this key already: it stands in the list of yours")
