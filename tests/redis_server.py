"""A Redis server of the tests' own, on a free port, gone when they end."""

import ctypes
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import redis

from tests.serving import free_port

INSTALL = "Redis is needed for the tests: run `make setup-system`, on Debian `apt-get install redis-server`"


@dataclass(frozen=True, slots=True)
class RedisServer:
    url: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def redis_server(port: int | None = None) -> Iterator[RedisServer]:
    program = shutil.which("redis-server")
    if program is None:
        raise RuntimeError(INSTALL)
    port = port or free_port()
    folder = tempfile.mkdtemp(prefix="registry-redis-")
    process = subprocess.Popen(
        [program, "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--appendonly", "no", "--dir", folder],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,
    )
    server = RedisServer(f"redis://127.0.0.1:{port}/0", process)
    try:
        _wait(server)
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(server: RedisServer) -> None:
    with redis.Redis.from_url(server.url) as connection:
        for _ in range(1200):
            try:
                connection.ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return
    raise RuntimeError("Redis did not start")


def _die_with_parent() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGKILL)
