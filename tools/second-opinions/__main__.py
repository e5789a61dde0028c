"""Asks readers in other languages about a running registry: `python tools/second-opinions`, or `make second-opinions`.

Serves demo data from a home and on a port of its own, and stops when it is through. Each opinion is a line, "agrees ..." or
"DISAGREES ..."; the exit code is 1 when any disagrees, 2 when they could not all be asked.
"""

import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import click
import requests

from registry.core.errors import RegistryError

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parent.parent
REGISTRY = Path(sys.executable).with_name("registry")

GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOPROXY": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
"""Debian keeps the sources of Go's packages there; nothing is fetched."""

ENTRIES = 260
"""More than one whole tile of 256, so that a second level of tiles is read too."""

STATUSES = ("active", "suspended", "revoked")
"""Of each a licence is looked at; the first can be printed."""

PRESENT, ABSENT = "INV/2004", "NIX/0001"
"""Numbers of range files: of a licence in the demo data, and of none."""

READERS = ("duckdb==2.0.1", "followthemoney==4.11.2")
"""What else reads open data, as its packages are named."""

GENERATORS = (
    *("openapi-python-client==0.29.1", "attrs", "httpx", "python-dateutil"),
    *("openapi-generator-cli==7.26.0", "pydantic", "urllib3"),
)
"""What makes clients of the description, and what those clients need; openapi-generator needs Java besides."""

MAX_SECONDS = 90


class Unasked(Exception):
    """An opinion could not be asked for; the text says why and what to do."""


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="second-opinions-") as name:
        folder = Path(name)
        reader, modules = go_reader("log", folder), node_modules()
        typescript = typescript_client(folder)
        ranges, python = go_reader("ranges", folder), python_with(*READERS)
        generators = python_with(*GENERATORS)
        with registry(folder / "home") as url:
            trust = folder / "trust.json"
            trust.write_bytes(get(f"{url}/.well-known/registry-trust.json").content)
            ids = licences(url)
            heads = [folder / "first", folder / "second"]
            verdicts = [run([reader, url, heads[0]])]
            grow()
            verdicts.append(run([reader, url, heads[1], heads[0]]))
            chosen = [ids[status] for status in STATUSES]
            verdicts.append(run(["node", modules / "credentials.mjs", url, trust, *chosen]))
            verdicts.append(run(["env", f"REGISTRY_CLIENT_URL={url}", "node", "--test", typescript / "build" / "test"]))
            verdicts.append(printed(url, ids[STATUSES[0]], trust, folder))
            verdicts.append(run([generators, *generated_clients(url, ids["suspended"], folder), typescript]))
            subprocess.run([REGISTRY, "ranges", "write"], check=True, stdout=subprocess.DEVNULL)
            verdicts.append(run([ranges, url, *(f"licence_number:{number}" for number in (PRESENT, ABSENT))]))
            vectors = REPOSITORY / "tests" / "ranges" / "vectors.json"
            verdicts.append(run(["perl", HERE / "ranges.pl", url, vectors, PRESENT, ABSENT]))
            subprocess.run([REGISTRY, "dataset", "write", folder / "dataset"], check=True, stdout=subprocess.DEVNULL)
            snapshot = next(path.parent for path in (folder / "dataset").glob("*/manifest.json"))
            verdicts.append(run([python, HERE / "dataset.py", snapshot]))
    verdicts.append(run([sys.executable, "-m", "tools.witnesses"]))
    verdicts.append(run([sys.executable, "-m", "tools.witnesses.times"]))
    verdicts.append(run([sys.executable, "-m", "tools.wallets"]))
    if not all(verdicts):
        click.echo("Somebody disagrees.", err=True)
        return 1
    click.echo("All agree.")
    return 0


def go_reader(name: str, folder: Path) -> Path:
    """The reader of the log or of range files, compiled with Debian's packages."""
    environment = os.environ | GO | {"GOCACHE": str(cache("go"))}
    command = ["go", "build", "-o", folder / f"{name}-reader", HERE / f"{name}.go"]
    made = subprocess.run(command, env=environment, capture_output=True, text=True)
    if made.returncode:
        raise Unasked(f"{name}.go cannot be compiled:\n{made.stderr}")
    return folder / f"{name}-reader"


def node_modules() -> Path:
    """A folder with the reader in JavaScript and the packages that its lock names, installed when they are not there."""
    lock = (HERE / "package-lock.json").read_bytes()
    folder = cache(f"node-{hashlib.sha256(lock).hexdigest()[:16]}")
    for name in ("package.json", "package-lock.json", "credentials.mjs"):
        shutil.copyfile(HERE / name, folder / name)
    installed = folder / "installed"
    if not installed.exists():
        command = ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"]
        made = subprocess.run(command, cwd=folder, capture_output=True, text=True)
        if made.returncode:
            raise Unasked(f"npm cannot install what {HERE / 'package-lock.json'} names:\n{made.stdout}{made.stderr}")
        installed.touch()
    return folder


def typescript_client(folder: Path) -> Path:
    """Our client for TypeScript, compiled."""
    target = folder / "typescript"
    shutil.copytree(
        REPOSITORY / "client" / "typescript", target, ignore=shutil.ignore_patterns("node_modules", "build", "dist")
    )
    for command in (
        ["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--silent"],
        ["npx", "tsc", "-p", "tsconfig.json"],
        ["npx", "tsc", "-p", "test/tsconfig.json"],
    ):
        made = subprocess.run(command, cwd=target, capture_output=True, text=True)
        if made.returncode:
            raise Unasked(f"{' '.join(map(str, command))}:\n{made.stdout}{made.stderr}")
    return target


def python_with(*packages: str) -> Path:
    """A Python of its own with these packages, installed when they are not there."""
    folder = cache(f"python-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:16]}")
    if not (folder / "installed").exists():
        uv = Path(__file__).parents[1] / "uv"
        subprocess.run([uv, "venv", "--quiet", "--clear", "--python", sys.executable, folder / "venv"], check=True)
        command = [uv, "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python", *packages]
        made = subprocess.run(command, capture_output=True, text=True)
        if made.returncode:
            raise Unasked(f"{' '.join(packages)} cannot be installed:\n{made.stderr}")
        (folder / "installed").touch()
    return folder / "venv" / "bin" / "python"


def generated_clients(url: str, licence: str, folder: Path) -> list[Any]:
    """The command that asks generated clients about an answer of `no`, which holds what they do not know."""
    description, answer = folder / "public.json", folder / "answer.json"
    description.write_bytes(get(f"{url}/openapi/public.json").content)
    number = get(f"{url}/api/v1/licences/{licence}").json()["number"]
    answer.write_bytes(get(f"{url}/api/v1/verify?{urlencode({'licence_number': number})}").content)
    (folder / "clients").mkdir()
    return [HERE / "generated.py", description, answer, folder / "clients"]


def cache(name: str) -> Path:
    """A folder that stays from run to run, outside the repository."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "registry-second-opinions" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def registry(home: Path) -> Iterator[str]:
    """The address of a registry that serves demo data. The variables of this process are those of its commands."""
    for name in [name for name in os.environ if name.startswith("REGISTRY_")]:
        del os.environ[name]
    port = free_port()
    os.environ |= {"REGISTRY_HOME": str(home), "PORT": str(port), "REGISTRY_RATE": "1000000"}
    url = f"http://127.0.0.1:{port}"
    for command in (["db", "upgrade"], ["demo", "load"]):
        subprocess.run([REGISTRY, *command], check=True, stdout=subprocess.DEVNULL)
    output = home / "serve.out"
    with output.open("wb") as out:
        server = subprocess.Popen([REGISTRY, "serve"], stdout=out, stderr=subprocess.STDOUT)
    try:
        until(lambda: server.poll() is not None or is_answering(url), "the registry does not answer")
        if server.poll() is not None:
            raise Unasked(f"the registry does not start:\n{output.read_text(encoding='utf-8')}")
        yield url
    finally:
        server.terminate()
        try:
            server.wait(15)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_answering(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


def until(look: Callable[[], Any], trouble: str) -> Any:
    end = time.monotonic() + MAX_SECONDS
    while not (found := look()):
        if time.monotonic() > end:
            raise Unasked(f"{trouble} within {MAX_SECONDS} seconds")
        time.sleep(0.1)
    return found


def get(address: str) -> requests.Response:
    answer = requests.get(address, timeout=30)
    answer.raise_for_status()
    return answer


def licences(url: str) -> dict[str, str]:
    """A licence id for each status that stands somewhere."""
    found: dict[str, str] = {}
    for agency in get(f"{url}/api/v1/agencies?limit=100").json()["items"]:
        for licence in get(f"{url}/api/v1/agencies/{agency['agency_id']}/licences").json()["items"]:
            if licence["status"]:
                found.setdefault(licence["status"], licence["licence_id"])
    if missing := set(STATUSES) - set(found):
        raise Unasked(f"no licence of the demo data is {', '.join(sorted(missing))}")
    return found


def grow() -> None:
    """Publish entries, and a head over them: receipt keys, each of which is an entry of the log."""
    from registry import cli
    from registry.cli.keys import add_key
    from registry.cli.opening import open_registry
    from registry.core.keyring import Use
    from registry.log.actions import lock_log

    with open_registry() as (settings, sessions, keyring):
        with sessions() as session:
            size = lock_log(session).size
        with keyring.alone():
            for _ in range(ENTRIES - size):
                add_key(sessions, keyring, Use.RECEIPT, settings.public_url)
        cli.sign_published(settings, sessions)


def run(command: list[Any]) -> bool:
    """Whether a reader agrees; what it says goes where ours goes."""
    sys.stdout.flush()
    return subprocess.run([str(part) for part in command], cwd=REPOSITORY).returncode == 0


def printed(url: str, licence: str, trust: Path, folder: Path) -> bool:
    """Whether zbar reads the same code from the picture and from the printed page, and the offline verifier believes it."""
    picture = folder / "code.png"
    picture.write_bytes(get(f"{url}/en/licences/{licence}/code.png").content)
    address = f"{url}/en/licences/{licence}/certificate.pdf"
    answer: requests.Response = until(
        lambda: (one := requests.get(address, timeout=30)).status_code != 202 and one, "the paper is not made"
    )
    answer.raise_for_status()
    (folder / "certificate.pdf").write_bytes(answer.content)
    subprocess.run(["pdftoppm", "-r", "200", "-png", folder / "certificate.pdf", folder / "page"], check=True)
    code = read_code(picture)
    pages = [read_code(page) for page in sorted(folder.glob("page*.png"))]
    is_forgery_believed = is_genuine(changed(code), trust)
    return all(
        [
            opinion("zbar", "the picture of the code is an address of the registry", code.startswith(f"{url}/v#")),
            opinion("zbar", "the page of the certificate, rendered by poppler, bears the same code", code in pages),
            opinion("registry verify-offline", "the code that zbar read is genuine", is_genuine(code, trust)),
            opinion("registry verify-offline", "the code with one letter changed is refused", not is_forgery_believed),
        ]
    )


def read_code(picture: Path) -> str:
    found = subprocess.run(["zbarimg", "--quiet", "--raw", picture], capture_output=True, text=True)
    return found.stdout.strip()


def is_genuine(code: str, trust: Path) -> bool:
    """Whether nothing is bad about it: of the log and the status a code alone can say nothing, which is exit code 3."""
    command = [REGISTRY, "verify-offline", "-", "--trust", trust]
    return subprocess.run(command, input=code, capture_output=True, text=True).returncode in (0, 3)


def changed(code: str) -> str:
    middle = (code.index("#") + len(code)) // 2
    return code[:middle] + ("A" if code[middle] != "A" else "B") + code[middle + 1 :]


def opinion(reader: str, stated: str, is_so: bool) -> bool:
    click.echo(f"{'agrees    ' if is_so else 'DISAGREES '} {reader}: {stated}")
    return is_so


if __name__ == "__main__":
    # Asked to end, it ends by an exception, so that the registry is stopped and its home removed.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    try:
        sys.exit(main())
    except (Unasked, RegistryError, requests.RequestException, subprocess.CalledProcessError) as trouble:
        click.echo(f"Not asked: {trouble}", err=True)
        sys.exit(2)
