"""The worker beside the server: it does its round on any data, and goes when the server goes."""

import time

import pytest
import requests
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from registry.core.clock import now
from registry.core.keyring import Keyring
from registry.core.settings import Settings
from registry.demo.load import load
from registry.log import queries
from registry.log.models import LogState
from registry.log.signing import sign_committed
from registry.register.agencies import channel_changes
from registry.register.agencies.models import PendingChannelChange
from registry.vocabulary.register import ChannelKind
from tests.make import make_agency, public_record_of
from tests.serving import command, environment, free_port, serve
from tests.thorough import POSTGRESQL_IS_THOROUGH

pytestmark = [pytest.mark.both_databases, pytest.mark.slow]


@POSTGRESQL_IS_THOROUGH
def test_a_worker_beside_the_server_signs_what_was_published_and_stops_with_it(
    session: Session, settings: Settings
) -> None:
    load(session)
    session.commit()
    port = free_port()
    with serve(settings, "--with-worker", "--with-stream", "--stream-port", str(port)) as served:
        end = time.monotonic() + 120
        while requests.get(f"{served.base_url}/log/checkpoint", timeout=30).status_code != 200:
            assert time.monotonic() < end, served.printed()
            assert served.process.poll() is None, served.printed()
            time.sleep(0.1)
        stream = f"http://127.0.0.1:{port}/api/v1/events/stream"
        while (answer := get_or_none(stream)) is None:
            assert time.monotonic() < end, served.printed()
            time.sleep(0.1)
        assert (answer.status_code, answer.json()["code"]) == (401, "not_signed_in")
    assert "Traceback" not in served.printed()
    # It is stopped as by a hand at the terminal, and leaves no process behind.
    assert get_or_none(stream) is None


def get_or_none(url: str) -> requests.Response | None:
    try:
        return requests.get(url, timeout=30)
    except requests.ConnectionError:
        return None


def test_one_round_of_the_worker_on_demo_data_ends_well(session: Session, settings: Settings) -> None:
    load(session)
    session.commit()
    done = command("worker", "--once", env=environment(settings, settings.port))
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_worker_whose_log_was_closed_goes_on_and_signs_the_final_head(session: Session, settings: Settings) -> None:
    agency = make_agency(session, channels=())
    value = "+420601000009"
    change = channel_changes.propose(
        session, agency.agency_id, ChannelKind.PHONE, value, by="A. First", keyring=Keyring(settings.keys)
    )
    channel_changes.approve(session, change.reference, by="B. Second")
    session.get_one(PendingChannelChange, change.id).takes_effect_at = now()
    session.commit()
    sign_committed(settings, sessionmaker(session.get_bind()))
    # As if `registry close` had crashed between the mark and the signature of what came in meanwhile.
    make_agency(session)
    state = session.execute(select(LogState)).scalar_one()
    state.closed_at, size = now(), state.size
    session.commit()
    done = command("worker", "--once", env=environment(settings, settings.port))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "nothing more can be published here" in done.stdout + done.stderr
    session.expire_all()
    assert queries.head(session).size == size
    assert public_record_of(session, agency.agency_id).channels == ()
