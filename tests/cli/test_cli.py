"""The command: teaches by --help, says what is wrong in one line, serves, and stops cleanly."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
import requests
from click.testing import CliRunner

from registry.cli import COMMANDS, main
from registry.core.db import revisions
from registry.core.settings import Edge, Settings
from registry.proofs.papers.seal import SECRET
from tests.conftest import Database
from tests.proofs.papers.sealing import make_seal
from tests.serving import PATIENCE, Process, Served, command, environment, free_port, serve


def run(*arguments: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    """The command from nothing, as it is started by hand; `command` of tests/serving.py takes a part of the time."""
    stored = {name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"}
    return subprocess.run(
        [sys.executable, "-m", "registry.cli", *arguments],
        env=stored | env,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
        check=False,
    )


def test_help_names_every_command_and_setting() -> None:
    text = CliRunner().invoke(main, ["--help"]).output
    for word in (*COMMANDS, "REGISTRY_HOME", "REGISTRY_DATABASE_URL", "registry db upgrade"):
        assert word in text


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_teaches_by_example(command: str) -> None:
    result = CliRunner().invoke(main, [command, "--help"])
    assert result.exit_code == 0
    assert f"registry {command}" in result.output.split("Examples:")[1]


def test_a_wrong_setting_is_one_line_and_exit_code_2(tmp_path: Path) -> None:
    result = run("serve", env={"REGISTRY_HOME": str(tmp_path), "PORT": "http"})
    assert result.returncode == 2
    assert result.stderr == "registry: PORT must be a whole number from 1 to 65535\n"
    assert result.stdout == ""


def test_a_database_that_is_away_is_one_line(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://registry:planted@/registry?host={tmp_path}"
    result = run("db", "current", env={"REGISTRY_HOME": str(tmp_path), "REGISTRY_DATABASE_URL": url})
    assert (result.returncode, result.stderr) == (2, "registry: the database cannot be reached\n")


@pytest.mark.thorough
@pytest.mark.both_databases
def test_the_database_moves_up_and_down(database: Database, tmp_path: Path) -> None:
    env = {"REGISTRY_HOME": str(tmp_path / "home"), "REGISTRY_DATABASE_URL": database.url}
    head = revisions.head()
    assert run("db", "check", env=env).stdout == f"The database is well, at revision {head}.\n"
    down = command("db", "downgrade", "base", "--yes", env=env)
    assert "revision none" in down.stdout
    refused = command("serve", env=env | {"PORT": str(free_port())})
    assert refused.returncode == 2
    assert "run `registry db upgrade`" in refused.stderr
    assert command("db", "check", env=env).returncode == 2
    assert command("db", "upgrade", env=env).stdout == f"The database is at revision {head}, the newest.\n"
    assert command("db", "upgrade", env=env).returncode == 0
    assert command("db", "current", env=env).stdout == f"The database is at revision {head}, the newest.\n"


def test_a_downgrade_asks_first(tmp_path: Path, sqlite_template: Path) -> None:
    env = {"REGISTRY_HOME": str(tmp_path), "REGISTRY_DATABASE_URL": f"sqlite:///{sqlite_template}"}
    assert run("db", "downgrade", "base", env=env).returncode == 1
    assert command("db", "check", env=env).returncode == 0


def test_a_server_answers_and_prints_where(served: Served, settings: Settings) -> None:
    assert requests.get(f"{served.base_url}/health", timeout=30).json()["status"] == "ok"
    assert f"Registry on {served.base_url}" in served.printed()
    assert f"export REGISTRY_HOME={settings.home}\n" in served.printed()
    assert f"export REGISTRY_CLIENT_URL={served.base_url}\n" in served.printed()
    assert requests.get(f"{served.base_url}/api/v1/nowhere", timeout=30).json()["code"] == "not_found"


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_the_start_says_until_when_the_seal_is_valid_or_what_is_wrong_with_it(settings: Settings) -> None:
    make_seal(settings.keys)
    with serve(settings) as server:
        assert "  seal       until 20" in server.printed()
    (settings.keys / SECRET).chmod(0o644)
    with serve(settings) as server:
        assert "No certificate is printed until its seal is put right: " in server.printed()
        assert f"run `chmod 600 {settings.keys / SECRET}`" in server.printed()
        assert requests.get(f"{server.base_url}/health", timeout=30).status_code == 200


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_taken_port_is_an_error(served: Served, settings: Settings) -> None:
    port = int(served.base_url.rsplit(":", 1)[1])
    result = run("serve", env=environment(settings, port))
    assert result.returncode == 2
    assert f"cannot listen on 127.0.0.1:{port}" in result.stderr
    assert "choose another PORT" in result.stderr


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_server_stops_cleanly_when_asked(settings: Settings, sign: signal.Signals) -> None:
    with serve(settings) as server:
        server.process.send_signal(sign)
        assert server.process.wait(60) == 0
        assert "Traceback" not in server.printed()


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_several_workers_count_metrics_together(settings: Settings) -> None:
    measured = Settings(**{**vars(settings), "has_metrics": True})
    with serve(measured, "--workers", "2") as server:
        for _ in range(20):
            # A connection each, so that both processes get some.
            requests.get(f"{server.base_url}/api/v1/nowhere", headers={"Connection": "close"}, timeout=30)
        page = requests.get(f"{server.base_url}/metrics", timeout=30).text
        assert 'registry_requests_total{method="GET",route="none",status="404"} 20.0' in page
    assert not list(settings.home.glob("metrics-*"))


@pytest.mark.slow
@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_a_server_told_to_stop_while_its_processes_start_waits_for_none(settings: Settings) -> None:
    settings.prepare_home()
    output = settings.home / "serve.out"
    server = Process(["serve", "--workers", "2"], environment(settings, free_port()), output)
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children")
    while server.poll() is None and len(children.read_text().split()) < 2:
        time.sleep(0.001)
    server.send_signal(signal.SIGTERM)
    server.wait(PATIENCE)
    assert "refused to gracefully stop" not in output.read_text()


@pytest.mark.slow
def test_a_redis_that_does_not_answer_does_not_stop_the_start(settings: Settings) -> None:
    url = f"redis://:planted@127.0.0.1:{free_port()}/0"
    with serve(replace(settings, redis_url=url, edges=frozenset({Edge.API}))) as served:
        assert requests.get(f"{served.base_url}/api/v1/coverage", timeout=30).status_code == 200
        printed = served.printed()
    assert "REGISTRY_REDIS_URL: Redis does not answer" in printed
    assert "planted" not in printed
