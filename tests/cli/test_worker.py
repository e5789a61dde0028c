"""The worker beside the server: it does its round on any data, and goes when the server goes."""

import time

import requests
from sqlalchemy.orm import Session

from registry.config import Settings
from registry.demo.load import load
from tests.cli.test_cli import run
from tests.serving import environment, serve


def test_a_worker_beside_the_server_signs_what_was_published_and_stops_with_it(
    session: Session, settings: Settings
) -> None:
    load(session)
    session.commit()
    with serve(settings, "--with-worker") as served:
        end = time.monotonic() + 60
        while requests.get(f"{served.base_url}/log/checkpoint", timeout=10).status_code != 200:
            assert time.monotonic() < end, served.printed()
            assert served.process.poll() is None, served.printed()
            time.sleep(0.1)
    assert "Traceback" not in served.printed()


def test_one_round_of_the_worker_on_demo_data_ends_well(session: Session, settings: Settings) -> None:
    load(session)
    session.commit()
    done = run("worker", "--once", env=environment(settings, settings.port))
    assert done.returncode == 0, done.stdout + done.stderr
