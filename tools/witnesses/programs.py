"""Three programs that serve a witness, behind one form: what key it has, and the command that runs it.

litewitness is Debian's source (golang-github-filosottile-litetlog-dev 0.4.3) with one line mended: its SQLite binding takes no
array, so that it fails at the first head. The other in Go is `witness.go` beside this file. Both are built once and kept in the
cache of the second opinions.
"""

import hashlib
import json
import os
import re
import shlex
import subprocess
import sys
from base64 import b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from registry.log.note import COSIGNATURE, VerifierKey

GO = {"GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOPROXY": "off", "GOFLAGS": "", "GOTOOLCHAIN": "local"}
"""Debian keeps the sources of Go's packages there; nothing is fetched."""

QUICK_BUILD = ("-gcflags=all=-N -l", "-ldflags=-s -w")
"""The first build compiles the packages of Go itself too, and to optimise them takes longer than a trial wins by it."""

CLI = [sys.executable, "-m", "registry.cli"]
LITETLOG = Path(GO["GOPATH"], "src", "filippo.io", "litetlog")
BROKEN, MENDED = "nil, newSize, newHash, origin", "nil, newSize, newHash.String(), origin"


class NotBuilt(Exception):
    """A program cannot be built; the text says why and what to do."""


@dataclass(frozen=True, slots=True)
class Program:
    """A witness of that name with key and state in `folder`, which is made if absent."""

    name: str
    folder: Path

    @property
    def key(self) -> str:
        """Its verifier key, as a policy names it; made if absent."""
        raise NotImplementedError

    def command(self, port: int, logs: Sequence[str], host: str = "127.0.0.1") -> list[str]:
        """What serves it there for logs of these verifier keys."""
        raise NotImplementedError


class OwnWitness(Program):
    """`registry witness`."""

    @property
    def key(self) -> str:
        return _printed([*CLI, "witness", *self._named, "--print-key"])

    def command(self, port: int, logs: Sequence[str], host: str = "127.0.0.1") -> list[str]:
        known = [part for key in logs for part in ("--log", key)]
        return [*CLI, "witness", *self._named, "--address", host, "--port", str(port), *known]

    @property
    def _named(self) -> list[str]:
        return ["--folder", str(self.folder), "--name", self.name]


class GoWitness(Program):
    """`witness.go`, over the packages of transparency-dev."""

    @property
    def key(self) -> str:
        return _printed([str(built_go_witness()), *self._named, "-print-key"])

    def command(self, port: int, logs: Sequence[str], host: str = "127.0.0.1") -> list[str]:
        return [str(built_go_witness()), *self._named, "-listen", f"{host}:{port}", *logs]

    @property
    def _named(self) -> list[str]:
        return ["-folder", str(self.folder), "-name", self.name]


class LiteWitness(Program):
    """litewitness of F. Valsorda. It signs through an ssh-agent, which is started with it and ends with it."""

    @property
    def key(self) -> str:
        # The last 32 bytes of OpenSSH's form are the key itself.
        public = b64decode(self._secret.with_suffix(".pub").read_text(encoding="utf-8").split()[1])[-32:]
        return str(VerifierKey(self.name, COSIGNATURE, public))

    def command(self, port: int, logs: Sequence[str], host: str = "127.0.0.1") -> list[str]:
        programs, secret, database = built_litewitness(), str(self._secret), str(self.folder / "state.sqlite3")
        known = _printed([str(programs / "witnessctl"), "list-logs", "-db", database])
        for key in logs:
            origin = key.split("+")[0]
            if key not in known:
                if f'"{origin}"' not in known:
                    _printed([str(programs / "witnessctl"), "add-log", "-db", database, "-origin", origin])
                    known += f'"{origin}"'
                _printed([str(programs / "witnessctl"), "add-key", "-db", database, "-origin", origin, "-key", key])
        fingerprint = _printed(["ssh-keygen", "-l", "-f", secret]).split()[1]
        serving = [str(programs / "litewitness"), "-db", database, "-name", self.name, "-key", fingerprint]
        line = shlex.join([*serving, "-listen", f"{host}:{port}"])
        # Debian builds it as of a Go whose patterns know no methods.
        script = f'ssh-add -q {shlex.quote(secret)} && GODEBUG=httpmuxgo121=0 exec {line} -ssh-agent "$SSH_AUTH_SOCK"'
        return ["ssh-agent", "sh", "-c", script]

    @property
    def _secret(self) -> Path:
        """Made if absent, with its public key beside it."""
        secret = self.folder / "id_ed25519"
        if not secret.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            _printed(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", self.name, "-f", str(secret)])
        return secret


def policy_of(programs: Sequence[Program], urls: Sequence[str]) -> str:
    """The policy of a log that two of these have to cosign, as `REGISTRY_HOME/witness-policy` has it."""
    names = [f"w{number}" for number in range(1, len(programs) + 1)]
    lines = [f"witness {name} {one.key} {url}\n" for name, one, url in zip(names, programs, urls, strict=True)]
    return "".join(lines) + f"group two 2 {' '.join(names)}\nquorum two\n"


def built_go_witness() -> Path:
    """The small witness in Go, compiled."""
    source = Path(__file__).with_name("witness.go")
    folder = cache(f"witness-{hashlib.sha256(source.read_bytes()).hexdigest()[:16]}")
    return _build(folder / "witness", str(source))


def built_litewitness() -> Path:
    """The folder of litewitness and witnessctl, compiled from Debian's source with its one line mended."""
    broken = LITETLOG / "internal" / "witness" / "witness.go"
    if not broken.exists():
        raise NotBuilt("the source of litewitness is not there: run `tools/system-packages second-opinions`")
    text = broken.read_text(encoding="utf-8")
    folder = cache(f"litewitness-{hashlib.sha256(text.encode()).hexdigest()[:16]}")
    mended, overlay = folder / "witness.go", folder / "overlay.json"
    mended.write_text(re.sub(re.escape(BROKEN), MENDED, text), encoding="utf-8")
    overlay.write_text(json.dumps({"Replace": {str(broken): str(mended)}}), encoding="utf-8")
    for name in ("litewitness", "witnessctl"):
        _build(folder / name, "-overlay", str(overlay), f"filippo.io/litetlog/cmd/{name}")
    return folder


def _build(target: Path, *arguments: str) -> Path:
    if not target.exists():
        # Another process may build the same.
        made = target.with_name(f"{target.name}-{os.getpid()}")
        environment = os.environ | GO | {"GOCACHE": str(cache("go"))}
        _printed(["go", "build", *QUICK_BUILD, "-o", str(made), *arguments], environment)
        made.rename(target)
    return target


def cache(name: str) -> Path:
    """A folder that stays from run to run, outside the repository."""
    folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "registry-second-opinions" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _printed(command: Sequence[str], environment: dict[str, str] | None = None) -> str:
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise NotBuilt(f"{command[0]} is not there: run `tools/system-packages second-opinions`") from None
    if done.returncode:
        raise NotBuilt(f"{' '.join(command)}:\n{done.stdout}{done.stderr}")
    return done.stdout.strip()
