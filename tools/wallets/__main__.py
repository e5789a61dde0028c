"""A wallet of strangers gets what a running registry issues, and shows it: `python -m tools.wallets`, in `make second-opinions`.

Serves demo data from a home and on a port of its own, under the name registry.example, and stops when it is through. An agency's
representative at the console makes the offers, as people do. Each opinion is a line, "agrees ..." or "DISAGREES ..."; the exit
code is 1 when any disagrees, 2 when they could not all be asked.
"""

import hashlib
import html
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import click
import requests
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from joserfc.jwk import ECKey
from sqlalchemy import select, update

from tools.wallets.verifiers import Openvc, Organisation, Polaris

HERE = Path(__file__).resolve().parent
REGISTRY = Path(sys.executable).with_name("registry")
HOST = "registry.example"
PATIENCE = 90


class Unasked(Exception):
    """An opinion could not be asked for; the text says why and what to do."""


def main() -> int:
    modules = node_modules()
    with tempfile.TemporaryDirectory(prefix="wallets-") as name:
        folder = Path(name)
        for attester in ("provider", "stranger"):
            write_attester(folder, attester)
        port = free_port()
        # Before anything of the registry is loaded that reads it.
        for one in [one for one in os.environ if one.startswith("REGISTRY_")]:
            del os.environ[one]
        os.environ |= {
            "REGISTRY_HOME": str(folder / "home"),
            "PORT": str(port),
            "REGISTRY_URL": f"https://{HOST}",
            "REGISTRY_EDGES": "api,public,console",
            "REGISTRY_RATE": "1000000",
            "REGISTRY_WALLETS": "on",
            "REGISTRY_OPERATOR": "Invented Ministry of Labour; IT; GOVIT-00000001",
            "REGISTRY_PUBLIC_BODY": "on",
            "REGISTRY_WALLET_PROVIDERS": str(folder / "provider.pem"),
        }
        with served(folder, port):
            representative = Representative(port)
            write_root(folder)
            registry = f"http://127.0.0.1:{port}"
            asker = Organisation(registry, HOST, representative.agency, representative.licence)
            polaris, openvc = Polaris(folder, free_port()), Openvc(registry, HOST, folder / "root.pem")
            acts = {
                "/offer": representative.offer, "/allow": representative.allow, "/expire": representative.expire,
                "/ask": asker.ask, "/result": asker.result, "/state": asker.state,
                "/polaris": polaris.ask, "/verdict": polaris.verdict, "/openvc": openvc.judge,
            }  # fmt: skip
            with closing(polaris), bridge(acts) as address:
                command = ["node", modules / "wallet.mjs", str(port), folder, address]
                is_agreed = subprocess.run([str(part) for part in command]).returncode == 0
    click.echo("The wallet agrees." if is_agreed else "The wallet disagrees.", err=not is_agreed)
    return 0 if is_agreed else 1


class Representative:
    """The representative of an agency with a licence in force, at the console."""

    def __init__(self, port: int) -> None:
        from registry.accounts.sessions import form_token
        from registry.cli.opening import open_registry
        from registry.complaints.case.units import agency_unit
        from registry.complaints.sealing.sealer import Sealer
        from registry.core.clock import now
        from registry.officers import accounts
        from registry.officers.rights import Role
        from registry.officers.sessions import OFFICER_SESSIONS

        self.port, at = port, now()
        with open_registry() as (_, sessions, keyring), sessions.begin() as session:
            self.agency, self.licence = holder_in_force(session, at.date())
            unit = agency_unit(session, Sealer(keyring), self.agency, at.date())
            invitation = accounts.Invitation(unit.reference, "R Rep", "rep@agency.example", (Role.AGENCY_REP,), "en")
            officer, _ = accounts.add_first(session, invitation, at, at.date())
            officer.state = type(officer.state).ACTIVE
            self.token = OFFICER_SESSIONS.begin(session, officer, at, is_full=True)
        self.form = form_token(self.token)
        answer = self.post("/console/wallets/cards", licence=self.licence, given_name="Ada", family_name="Esempio")
        if answer.status_code != 303:
            raise Unasked(f"no staff card can be ordered: {answer.status_code} {answer.text[-2000:]}")
        found = re.search(r"/console/wallets/cards/([0-9A-Z]{12})/end", self.get("/console/wallets").text)
        assert found is not None
        self.card = found[1]

    def offer(self, asked: dict[str, str]) -> dict[str, str | None]:
        """An offer as the representative sees it: the link, and the number."""
        card = self.card if asked["form"] == "recruiter-staff-card" else ""
        answer = self.post("/console/wallets/offers", licence=self.licence, card=card, flow=asked["flow"])
        link = re.search(r'href="haip-vci:([^"]+)"', answer.text)
        number = re.search(r"<code>([0-9]{6})</code>", answer.text)
        if link is None:
            raise Unasked(f"no offer: {answer.status_code} {answer.text[-2000:]}")
        address = "openid-credential-offer:" + html.unescape(link[1])
        return {"address": address, "tx_code": None if number is None else number[1]}

    def allow(self, asked: dict[str, str]) -> dict[str, str]:
        """Where the browser goes after the representative allowed what a wallet asks for."""
        parts = urlsplit(asked["url"])
        query = {name: value for name, [value] in parse_qs(parts.query).items()}
        shown = self.get(f"{parts.path}?{parts.query}")
        if not shown.ok:
            raise Unasked(f"the console shows no request: {shown.status_code} {shown.text[-2000:]}")
        answer = self.post("/console/wallets/authorize", **query, decision="allow")
        return {"location": answer.headers["Location"]}

    def expire(self, _: dict[str, str]) -> dict[str, str]:
        """Let ten minutes go by for all offers."""
        from registry.cli.opening import open_registry
        from registry.core.clock import now
        from registry.proofs.wallets.models import WalletGrant

        with open_registry() as (_, sessions, _), sessions.begin() as session:
            session.execute(update(WalletGrant).values(code_until=now() - timedelta(seconds=1)))
        return {}

    def get(self, path: str) -> requests.Response:
        return self._ask("GET", path)

    def post(self, path: str, **fields: str) -> requests.Response:
        return self._ask("POST", path, data={"form": self.form, **fields})

    def _ask(self, method: str, path: str, **more: Any) -> requests.Response:
        headers = {"Host": HOST, "Cookie": f"__Secure-console={self.token}"}
        address = f"http://127.0.0.1:{self.port}{path}"
        return requests.request(method, address, headers=headers, allow_redirects=False, timeout=30, **more)


def holder_in_force(session: Any, day: Any) -> tuple[str, str]:
    """References of an agency and of a licence of it that is in force."""
    from registry.proofs.wallets.rules import is_in_force
    from registry.register.agencies.models import PublicRecord
    from registry.register.agencies.record import read_record

    for body in session.execute(select(PublicRecord.body)).scalars():
        agency = read_record(body)
        for licence in agency.licences:
            if is_in_force(licence, agency, day):
                return agency.agency_id, licence.licence_id
    raise Unasked("no licence of the demo data is in force")


@contextmanager
def bridge(acts: Mapping[str, Callable[[dict[str, str]], Mapping[str, Any]]]) -> Iterator[str]:
    """The address at which the wallet's script finds people, and verifiers of others: an act for each path."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            body = json.dumps(acts[self.path](asked)).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing: the script says what matters."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


@contextmanager
def served(folder: Path, port: int) -> Iterator[None]:
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([REGISTRY, *command], check=True, stdout=subprocess.DEVNULL)
    output = folder / "serve.out"
    with output.open("wb") as out:
        server = subprocess.Popen([REGISTRY, "serve"], stdout=out, stderr=subprocess.STDOUT)
    try:
        end = time.monotonic() + PATIENCE
        while not is_answering(port):
            if server.poll() is not None or time.monotonic() > end:
                raise Unasked(f"the registry does not start:\n{output.read_text(encoding='utf-8')}")
            time.sleep(0.1)
        yield
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def is_answering(port: int) -> bool:
    try:
        return requests.get(f"http://127.0.0.1:{port}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def write_root(folder: Path) -> None:
    """The registry's root, as verifiers have it."""
    from registry.cli.opening import open_registry
    from registry.core.keyring import Use

    with open_registry() as (_, _, keyring):
        certificate = x509.load_der_x509_certificate(b64decode(keyring.active(Use.ROOT).certificate or ""))
    (folder / "root.pem").write_bytes(certificate.public_bytes(Encoding.PEM))


def write_attester(folder: Path, name: str) -> None:
    """A provider of wallets: its root as PEM, and a key under it with `x5c` as JSON."""
    root, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    issuer, subject = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"{name} {of}")]) for of in ("root", "key"))
    at = datetime.now(UTC)

    def certificate(whose: x509.Name, public: ec.EllipticCurvePublicKey, *, is_authority: bool) -> x509.Certificate:
        builder = x509.CertificateBuilder().subject_name(whose).issuer_name(issuer).public_key(public)
        builder = builder.serial_number(x509.random_serial_number()).not_valid_before(at - timedelta(hours=1))
        builder = builder.not_valid_after(at + timedelta(days=2))
        return builder.add_extension(x509.BasicConstraints(is_authority, None), critical=True).sign(
            root, hashes.SHA256()
        )

    top = certificate(issuer, root.public_key(), is_authority=True)
    leaf = certificate(subject, key.public_key(), is_authority=False)
    (folder / f"{name}.pem").write_bytes(top.public_bytes(Encoding.PEM))
    x5c = [b64encode(leaf.public_bytes(Encoding.DER)).decode()]
    jwk = ECKey.import_key(key).as_dict(private=True)
    (folder / f"{name}.json").write_text(json.dumps({"jwk": jwk, "x5c": x5c}))


def node_modules() -> Path:
    """A folder with the wallet's script and the packages that its lock names, installed when they are not there."""
    lock = (HERE / "package-lock.json").read_bytes()
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "registry-second-opinions"
    folder = cache / f"wallet-{hashlib.sha256(lock).hexdigest()[:16]}"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json", "wallet.mjs"):
        shutil.copyfile(HERE / name, folder / name)
    installed = folder / "installed"
    if not installed.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if made.returncode:
            raise Unasked(f"npm cannot install what {HERE / 'package-lock.json'} names:\n{made.stdout}{made.stderr}")
        installed.touch()
    return folder


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Unasked, requests.RequestException, subprocess.CalledProcessError) as trouble:
        click.echo(f"Not asked: {trouble}", err=True)
        sys.exit(2)
