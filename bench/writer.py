"""Publishes at a steady pace until told to stop: `python -m bench.writer URL PER_SECOND`.

Says when it begins, and prints how many it wrote at the end.
"""

import random
import signal
import sys
import threading
import time
from datetime import date, timedelta

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from registry.core.db.engine import engine_for, sessions_for
from registry.register.agencies import models, record
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus


def main(url: str, per_second: float) -> None:
    stopping = threading.Event()
    # Looked at between two transactions: one that is cut in its middle would leave its driver in disorder.
    signal.signal(signal.SIGTERM, lambda _signal, _frame: stopping.set())
    sessions = sessions_for(engine_for(url))
    with sessions() as session:
        size = session.execute(select(func.max(models.Agency.id))).scalar_one()
    print("begun", flush=True)
    written, began = 0, time.monotonic()
    while not stopping.is_set():
        early = began + written / per_second - time.monotonic()
        if early > 0:
            time.sleep(early)
        with sessions.begin() as session:
            known = drawn(session, size)
            amend(session, changed(known), Event("licence.amended"))
        written += 1
    print(written, time.monotonic() - began)


def drawn(session: Session, size: int) -> record.Agency:
    row_id = random.randrange(size) + 1
    body = session.execute(select(models.PublicRecord.body).where(models.PublicRecord.agency_id == row_id))
    return record.read_record(body.scalar_one())


def changed(agency: record.Agency) -> record.Agency:
    """The agency with its first licence suspended, or in force again."""
    licence = agency.licences[0]
    *former, last = licence.status_history
    begun = last.from_ or date(2020, 1, 1)
    other = LicenceStatus.ACTIVE if last.status is LicenceStatus.SUSPENDED else LicenceStatus.SUSPENDED
    change = begun + timedelta(days=1)
    # Two periods at most, so that records do not grow while they are measured.
    ended = msgspec.structs.replace(last, to=change - timedelta(days=1))
    new = msgspec.structs.replace(last, status=other, from_=change, to=None)
    history = (ended, new) if not former else (former[0], msgspec.structs.replace(last, status=other, to=None))
    licence = msgspec.structs.replace(licence, status_history=history)
    return msgspec.structs.replace(agency, licences=(licence, *agency.licences[1:]))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]))
