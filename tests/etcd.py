"""An etcd of the tests' own, one member on free ports, gone when they end."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import requests

from tests.redis_server import _die_with_parent
from tests.serving import free_port

INSTALL = "etcd is needed for the tests: run `make setup-system`, on Debian `apt-get install etcd-server`"


@dataclass(frozen=True, slots=True)
class EtcdServer:
    url: str
    process: "subprocess.Popen[bytes]"

    def ask(self, call: str, body: object) -> requests.Response:
        """As anyone may while it asks for no user."""
        return requests.post(f"{self.url}/v3/{call}", json=body, timeout=30)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def etcd_server() -> Iterator[EtcdServer]:
    program = shutil.which("etcd")
    if program is None:
        raise RuntimeError(INSTALL)
    folder = tempfile.mkdtemp(prefix="registry-etcd-")
    url, peers = (f"http://127.0.0.1:{free_port()}" for _ in range(2))
    addresses = {
        "--listen-client-urls": url,
        "--advertise-client-urls": url,
        "--listen-peer-urls": peers,
        "--initial-advertise-peer-urls": peers,
        "--initial-cluster": f"default={peers}",
    }
    process = subprocess.Popen(
        [program, "--data-dir", folder, "--unsafe-no-fsync", *(part for pair in addresses.items() for part in pair)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )
    server = EtcdServer(url, process)
    try:
        _wait(server)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: EtcdServer) -> None:
    for _ in range(1200):
        try:
            if requests.get(f"{server.url}/health", timeout=5).json()["health"] == "true":
                return
        except requests.ConnectionError:
            pass
        time.sleep(0.05)
    raise RuntimeError("etcd did not start")
