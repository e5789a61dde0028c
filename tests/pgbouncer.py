"""A PgBouncer of the tests' own, in transaction mode in front of one server, on a free port, gone when they end."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.postgres import Server, _die_with_parent
from tests.serving import free_port

INSTALL = "PgBouncer is needed for the tests: run `make setup-system`, on Debian `apt-get install pgbouncer`"

CONFIGURATION = """
[databases]
* = host={folder} user=registry
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 4
max_prepared_statements = 0
max_client_conn = 200
"""


@contextmanager
def pgbouncer(server: Server) -> Iterator[int]:
    """Gives its port. The least that is asked of it: no prepared statements, and fewer connections than threads."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        raise RuntimeError(INSTALL)
    folder, port = Path(tempfile.mkdtemp(prefix="registry-pgbouncer-")), free_port()
    (folder / "pgbouncer.ini").write_text(CONFIGURATION.format(folder=server.folder, port=port), encoding="ascii")
    user: dict[str, Any] = {}
    if os.geteuid() == 0:
        user = {"user": "postgres", "group": "postgres", "extra_groups": []}
        for path in (folder, folder / "pgbouncer.ini"):
            shutil.chown(path, "postgres", "postgres")
    process = subprocess.Popen(
        [program, folder / "pgbouncer.ini"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=(folder / "log").open("ab"),
        preexec_fn=_die_with_parent,
        **user,
    )
    try:
        _wait(port, folder)
        yield port
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, folder: Path) -> None:
    for _ in range(600):
        try:
            psycopg.connect(f"host=127.0.0.1 port={port} user=registry dbname=postgres", connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PgBouncer did not start: {(folder / 'log').read_text()[-2000:]}")
