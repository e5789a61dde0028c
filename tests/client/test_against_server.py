"""What a running registry serves, read by the client: two readings of one format, in processes of their own."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import requests
from click.testing import CliRunner
from registry_client.cli import main
from registry_client.mirror_data import mirror_dataset, mirror_ranges
from registry_client.mirrored import Folder
from registry_client.store import Store
from registry_client.trust import read_trust
from registry_client.verdicts import State, Verdict
from sqlalchemy.orm import Session, sessionmaker

from registry.cli import main as registry
from registry.core.settings import Settings
from registry.log.signing import sign_committed
from registry.log.witnesses.client import ask_witnesses
from registry.register.agencies.actions import amend
from registry.register.agencies.publishing import Event
from registry.vocabulary.register import LicenceStatus
from tests import make
from tests.http.nginx import run_nginx
from tests.serving import Served, environment, free_port, serve

pytestmark = pytest.mark.slow

NAME, NUMBER = "Vymyšlená agentura s.r.o.", "VYMYSL/77"
QUESTION = {"licence_number": NUMBER} | make.CZECH_AT_HOME
MAX_SECONDS = 90


class Registry:
    """A registry in a process of its own, with one licence; `take` keeps what it serves in files."""

    def __init__(self, served: Served, settings: Settings, session: Session, folder: Path) -> None:
        self.served, self.session, self.folder = served, session, folder
        self.settings = replace(settings, port=int(served.base_url.rpartition(":")[2]), public_url=served.base_url)
        self.sessions = sessionmaker(session.get_bind())
        licence = make.licence_record(number=NUMBER, valid_to=date(2099, 12, 31))
        self.agency = make.make_agency(session, name=NAME, licences=(licence,))
        self.licence = self.agency.licences[0]
        self.publish()

    def publish(self) -> None:
        self.session.commit()
        sign_committed(self.settings, self.sessions)

    def revoke(self) -> None:
        existing = make.public_record_of(self.session, self.agency.agency_id)
        period = make.status_record(LicenceStatus.REVOKED, from_=date(2026, 2, 1))
        revoked = make.changed(existing.licences[0], status_history=(*existing.licences[0].status_history, period))
        amend(self.session, make.changed(existing, licences=(revoked,)), Event("licence.revoked"))
        self.publish()

    def get(self, path: str, **query: str) -> requests.Response:
        answer = requests.get(f"{self.served.base_url}{path}", params=query, timeout=30)
        answer.raise_for_status()
        return answer

    def take(self, name: str, path: str, **query: str) -> str:
        file = self.folder / name
        file.write_bytes(self.get(path, **query).content)
        return str(file)

    def receipt(self, name: str, **question: str) -> str:
        file = self.folder / name
        file.write_text(self.get("/api/v1/verify", **question, receipt="1").json()["receipt"])
        return str(file)


@pytest.fixture
def registrar(settings: Settings, session: Session, tmp_path: Path) -> Iterator[Registry]:
    folder = tmp_path / "kept"
    folder.mkdir()
    with serve(settings) as served:
        yield Registry(served, settings, session, folder)


class Client:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder, self.capsys = folder, capsys

    def run(self, *arguments: str) -> tuple[int, dict[str, Any]]:
        self.capsys.readouterr()
        code = main([*arguments, "--json"])
        stated = self.capsys.readouterr()
        return code, json.loads(stated.out or "{}")

    def verify(self, file: str, *options: str) -> tuple[int, tuple[str, str, str]]:
        """The exit code, and the states of issued, logged and in force."""
        code, stated = self.run("verify-offline", file, "--trust", str(self.folder / "trust.json"), *options)
        return code, tuple(stated[name]["verdict"] for name in ("issued", "logged", "in_force"))  # type: ignore[return-value]


@pytest.fixture
def client(registrar: Registry, capsys: pytest.CaptureFixture[str]) -> Client:
    registrar.take("trust.json", "/.well-known/registry-trust.json")
    return Client(registrar.folder, capsys)


def test_a_revocation_is_seen_in_log_list_verdict_and_by_the_client(registrar: Registry, client: Client) -> None:
    licence = f"/api/v1/licences/{registrar.licence.licence_id}"
    before = registrar.take("before.json", f"{licence}/bundle")
    credential = registrar.take("credential.jwt", f"{licence}/credential")
    list_before = registrar.take("before.jwt", "/status/0")
    receipt = registrar.receipt("before-receipt.jwt", **QUESTION)
    assert client.verify(before) == (0, ("good", "good", "good"))
    assert client.verify(credential, "--status", list_before) == (3, ("good", "unknown", "good"))
    assert client.verify(receipt)[1][0] == "good"
    assert registrar.get("/api/v1/verify", **QUESTION).json()["verdict"] == "yes"
    registrar.revoke()
    assert registrar.get("/api/v1/verify", **QUESTION).json()["verdict"] == "no"
    after = registrar.take("after.json", f"{licence}/bundle")
    list_after = registrar.take("after.jwt", "/status/0")
    assert client.verify(after) == (1, ("good", "good", "bad"))
    assert client.verify(credential, "--status", list_after) == (1, ("good", "unknown", "bad"))
    # What was handed out before, and asked about on line, is seen through too; the old receipt still says what was.
    assert client.verify(before, "--online")[1][2] == "bad"
    assert client.verify(receipt)[1][0] == "good"
    assert client.verify(registrar.receipt("after-receipt.jwt", **QUESTION))[1][0] == "good"


def test_a_receipt_of_a_number_and_the_name_beside_it_is_verified_years_later(
    registrar: Registry, client: Client
) -> None:
    for place, name in enumerate((NAME, "Cizí smyšlený podnik a.s.")):
        receipt = registrar.receipt(f"receipt-{place}.jwt", **QUESTION, claimed_name=name)
        code, stated = client.run(
            "verify-offline", receipt, "--trust", str(client.folder / "trust.json"), "--at", "2029-01-01T00:00:00Z"
        )
        assert code in (0, 3)
        assert stated["issued"]["verdict"] == "good"
        assert any(name in part["value"] for part in stated["signed"])
        answer = requests.post(
            f"{registrar.served.base_url}/api/v1/receipts/verify",
            json={"receipt": Path(receipt).read_text()},
            timeout=30,
        ).json()
        assert answer["genuine"] == "yes"
        assert answer["then"]["question"]["claimed_name"] == name
        assert answer["then"]["verdict"] == ("yes" if name == NAME else "unknown")


def test_an_extract_that_the_server_made_is_verified_by_the_client(registrar: Registry, client: Client) -> None:
    path = f"/en/licences/{registrar.licence.licence_id}"
    end = time.monotonic() + MAX_SECONDS
    while (answer := registrar.get(f"{path}/certificate.pdf")).status_code == 202:
        assert time.monotonic() < end, registrar.served.printed()
        time.sleep(0.2)
    extract = registrar.folder / "extract.pdf"
    extract.write_bytes(answer.content)
    assert client.verify(str(extract)) == (0, ("good", "good", "good"))
    picture = registrar.take("code.png", f"{path}/code.png")
    assert client.verify(picture, "--online") == (0, ("good", "good", "good"))
    registrar.revoke()
    assert client.verify(str(extract), "--online")[1][2] == "bad"
    assert client.verify(picture, "--online")[1][2] == "bad"


@contextmanager
def as_files(folder: Path) -> Iterator[str]:
    """A plain web server over a folder, as a mirror is one."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@contextmanager
def a_witness(registrar: Registry, key: str) -> Iterator[None]:
    """`registry witness` in a process of its own, named in the policy of the registry."""
    folder, port = registrar.folder / "witness", free_port()
    command = [sys.executable, "-m", "registry.cli", "witness", "--folder", str(folder), "--name", "witness.example/w"]
    env = environment(registrar.settings, port)
    own = subprocess.run([*command, "--print-key"], env=env, capture_output=True, text=True, check=True).stdout.strip()
    with subprocess.Popen(
        [*command, "--log", key, "--port", str(port)], env=env, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline().startswith("Witness ")
            assert process.stdout.readline().startswith("on http://")
            (registrar.settings.home / "witness-policy").write_text(
                f"witness w {own} http://127.0.0.1:{port}\nquorum w\n"
            )
            yield
        finally:
            process.terminate()


def test_a_monitor_follows_heads_that_a_witness_signed_and_the_files_of_a_mirror(
    registrar: Registry, client: Client
) -> None:
    state = str(registrar.folder / "state")
    env = environment(registrar.settings, registrar.settings.port)
    # What a worker publishes in a day: every kind of entry that no officer writes.
    for command in (["dataset", "write", str(registrar.folder / "dataset")], ["ranges", "write"]):
        done = CliRunner().invoke(registry, command, env=env)
        assert done.exit_code == 0, done.output
    code, stated = client.run("monitor", registrar.served.base_url, "--state", state)
    assert (code, stated["head"]["witnesses"]) == (0, []), stated
    with a_witness(registrar, registrar.get("/log/vkey").text.splitlines()[0]):
        registrar.revoke()
        assert registrar.get("/log/checkpoint").text.count("\n— ") == 1
        assert ask_witnesses(registrar.sessions) == 1
    assert registrar.get("/log/checkpoint").text.count("— witness.example/w ") == 1
    (client.folder / "trust.json").unlink()
    trust = registrar.take("trust.json", "/.well-known/registry-trust.json")
    code, stated = client.run("monitor", registrar.served.base_url, "--state", state, "--trust", trust)
    assert code == 0, stated
    assert stated["head"]["witnesses"] == ["w"]
    mirror = registrar.folder / "mirror"
    done = CliRunner().invoke(registry, ["export-static", str(mirror)], env=env)
    assert done.exit_code == 0, done.output
    with as_files(mirror) as url:
        code, stated = client.run(
            "monitor", url, "--state", str(registrar.folder / "of-mirror"), "--trust", trust, "--answers", "0"
        )
        assert stated["log"]["verdict"] == "good", stated
        assert stated["head"]["witnesses"] == ["w"]
        # One byte of an entry that the mirror changed.
        bundle = next((mirror / "log" / "tile" / "entries").rglob("[0-9]*"))
        while bundle.is_dir():
            bundle = next(bundle.iterdir())
        bundle.write_bytes(bundle.read_bytes().replace(b"VYMYSL/77", b"VYMYSL/78"))
        code, stated = client.run(
            "monitor", url, "--state", str(registrar.folder / "of-forged"), "--trust", trust, "--answers", "0"
        )
        assert (code, stated["log"]["verdict"]) == (1, "bad")


def test_a_mirror_behind_nginx_answers_as_the_registry_does(
    registrar: Registry, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole of it: log, status lists, range files and dataset, kept up by the command, read from the mirror alone."""
    url, trust, root = registrar.served.base_url, str(client.folder / "trust.json"), registrar.folder / "mirror"
    env = environment(registrar.settings, registrar.settings.port)

    def publish_files() -> None:
        for command in (["ranges", "write"], ["dataset", "write", str(registrar.settings.home / "dataset")]):
            done = CliRunner().invoke(registry, command, env=env)
            assert done.exit_code == 0, done.output

    publish_files()
    code, stated = client.run("mirror", url, str(root), "--trust", trust, "--ranges", "all")
    assert (code, {name: stated[name]["verdict"] for name in ("log", "lists", "ranges", "dataset")}) == (
        0,
        dict.fromkeys(("log", "lists", "ranges", "dataset"), "good"),
    ), stated
    former = {path.name for path in (root / "ranges" / "file").iterdir()}
    with mirrored(root, registrar.folder / "nginx") as port:
        mirror = f"http://127.0.0.1:{port}"
        _same_everywhere(url, mirror, registrar)
        lookup = ("verify", NUMBER, "--private", "--trust", trust, "--url")
        before = client.run(*lookup, mirror)
        assert before[1]["state"] == "present"
        assert before == client.run(*lookup, url)
        assert (
            client.run("monitor", mirror, "--state", str(root.with_name("m")), "--trust", trust, "--answers", "0")[0]
            == 0
        )
        shown_before = {path: registrar.get(path).content for path in ("/ranges/current", "/dataset")}
        registrar.revoke()
        publish_files()
        assert client.run("mirror", url, str(root))[0] == 0
        assert before != client.run(*lookup, mirror) == client.run(*lookup, url)
        _same_everywhere(url, mirror, registrar)
        _refuses_what_is_older(root, shown_before, trust)
        # What the newest epoch does not hold is deleted a round later: readers of the former one have gone.
        assert former <= {path.name for path in (root / "ranges" / "file").iterdir()}
        assert client.run("mirror", url, str(root))[0] == 0
        assert not former <= {path.name for path in (root / "ranges" / "file").iterdir()}
        assert len([path for path in (root / "dataset").iterdir() if path.name[0].isdigit()]) == 1
        _same_everywhere(url, mirror, registrar)


def _refuses_what_is_older(root: Path, former: dict[str, bytes], trust: str) -> None:
    """What was shown before may be a cache's for an hour; then it is refused."""

    def fetch(path: str, limit: int) -> bytes:
        return former[path]

    with Store.open(root.with_name("mirror.state")) as store:
        for at, state in ((time.time(), State.UNKNOWN), (time.time() + 7200, State.BAD)):
            ranges, dataset = Verdict(), Verdict()
            trusted = read_trust(Path(trust).read_bytes())
            mirror_ranges(fetch, Folder(root), trusted, store, int(at), 0, ranges, root.with_name("evidence"))
            mirror_dataset(fetch, Folder(root), trusted.origin, [], store, int(at), dataset)
            found = [(one.code, one.state) for verdict in (ranges, dataset) for one in verdict.findings]
            assert found == [("range_rolled_back", state), ("dataset_rolled_back", state)]


def _same_everywhere(url: str, mirror: str, registrar: Registry) -> None:
    """What both serve at one path is the same, in bytes and in type."""
    newest = registrar.get("/dataset").json()
    paths = ["/log/checkpoint", "/log/vkey", "/log/policy", "/status/0", "/ranges/current"]
    paths += [f"/dataset/{newest['name']}/{one['name']}" for one in newest["manifest"]["files"]]
    paths += [f"/dataset/{newest['name']}/manifest.json", "/dataset/catalog.jsonld"]
    for path in paths:
        theirs, ours = requests.get(url + path, timeout=30), requests.get(mirror + path, timeout=30)
        assert (ours.status_code, ours.content) == (200, theirs.content), path
        kinds = [one.headers["Content-Type"].partition(";")[0] for one in (ours, theirs)]
        assert kinds[0] == kinds[1] or path.startswith("/dataset/20"), path
    for path in ("/dataset", "/.well-known/registry-trust.json"):
        assert requests.get(mirror + path, timeout=30).json() == requests.get(url + path, timeout=30).json()
    assert requests.get(f"{mirror}/status/0", params={"time": "1"}, timeout=30).status_code == 501


@contextmanager
def mirrored(root: Path, folder: Path) -> Iterator[int]:
    """The port of a nginx as deploy/mirror.conf configures it."""
    port = free_port()
    sample = (Path(__file__).parents[2] / "deploy" / "mirror.conf").read_text(encoding="utf-8")
    sample = sample.replace("/srv/mirror;", f"{root};").replace("listen 8080;", f"listen 127.0.0.1:{port};")
    with run_nginx(sample, folder, port):
        yield port
