"""A cluster on one machine: two homes as two machines, behind nginx, on one database with a standby."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tools.cluster.former import Former
from tools.cluster.parts import Part, free_ports, is_open, own, program, wait_until
from tools.cluster.postgres import Keeper, Node

BUCKET = "registry"
UNIT = "it-invented-unit"
CLI = [sys.executable, "-m", "registry.cli"]
GRACE_SECONDS = 40.0
"""That a process has to end what it is at before it is killed."""

PGBOUNCER = """
[databases]
registry = host=127.0.0.1 port={port} user=registry
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 40
max_client_conn = 400
server_connect_timeout = 2
server_login_retry = 0.5
query_wait_timeout = 6
"""

NGINX = """
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/nginx.log crit;
{user}
events {{ worker_connections 1024; }}
http {{
    access_log off;
    client_body_temp_path {folder}/nginx-body;
    proxy_temp_path {folder}/nginx-proxy;
    fastcgi_temp_path {folder}/nginx-fastcgi;
    uwsgi_temp_path {folder}/nginx-uwsgi;
    scgi_temp_path {folder}/nginx-scgi;
    upstream machines {{ {servers} keepalive 16; }}
    server {{
        listen 127.0.0.1:{own};
        client_max_body_size 21m;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Both balancers answer for one name.
        proxy_set_header Host {host};
        proxy_set_header X-Forwarded-For $remote_addr;
        proxy_connect_timeout 1s;
        proxy_read_timeout 30s;
        # What only reads is asked of the other machine; what changes something is not sent twice.
        proxy_next_upstream error timeout http_503;
        proxy_next_upstream_tries 2;
        location / {{ proxy_pass http://machines; }}
    }}
}}
"""


class Cluster:
    """All parts and their addresses. `folder` is made and, with all in it, removed at the end."""

    def __init__(self, *, has_demo: bool = True, former: Former | None = None) -> None:
        """`has_demo`: with invented agencies, which take a while. `former`: the version of the code that runs at first."""
        self._has_demo = has_demo
        self._code: dict[str, Former | None] = {}
        self._first_code = former
        self.folder = Path(tempfile.mkdtemp(prefix="registry-cluster-"))
        own(self.folder)
        self.folder.chmod(0o755)
        first, second, self.pooler_port, self.redis_port, self.store_port, *ports = free_ports(9)
        self.ports, machines = ports[:2], ports[2:]
        self.machine_ports = dict(zip("ab", machines, strict=True))
        self.urls = tuple(f"http://127.0.0.1:{port}" for port in self.ports)
        """Of the two balancers. The first is the registry's own address."""
        self.url = self.urls[0]
        self.nodes = (Node("pg1", first, self.folder), Node("pg2", second, self.folder))
        self.keeper = Keeper(self.nodes, self._lead)
        self.database_url = f"postgresql+psycopg://registry@127.0.0.1:{self.pooler_port}/registry"
        self.parts: dict[str, Part] = {}
        self.has_small_disk = False
        """Whether the home of machine b is on a disk of its own, of some megabytes, that can be filled."""

    def home(self, machine: str) -> Path:
        return self.folder / f"home-{machine}"

    def environment(self, machine: str) -> dict[str, str]:
        """The settings of a machine. Both differ in their home and port alone."""
        stored = {
            name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"
        }
        standby = "&".join(f"host=127.0.0.1:{node.port}" for node in self.nodes)
        return stored | {
            "PORT": str(self.machine_ports[machine]),
            "REGISTRY_HOME": str(self.home(machine)),
            "REGISTRY_URL": self.url,
            "REGISTRY_DATABASE_URL": self.database_url,
            "REGISTRY_DATABASE_READ_URL": f"postgresql+psycopg://registry@/registry?{standby}"
            "&target_session_attrs=prefer-standby",
            "REGISTRY_READ_SECONDS": "20",
            "REGISTRY_REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "REGISTRY_FILES": f"s3://{BUCKET}",
            "REGISTRY_S3_ENDPOINT": f"http://127.0.0.1:{self.store_port}",
            "REGISTRY_S3_KEY": "name",
            "REGISTRY_S3_SECRET": "secret",
            "REGISTRY_TRUSTED_PROXIES": "1",
            "REGISTRY_RATE": "1000000",
            "REGISTRY_THREADS": "4",
        }

    def command(
        self, machine: str, *arguments: str, env: dict[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        """A `registry` command on a machine, of the version that it has, over."""
        former = self._code.get(machine, self._first_code)
        wanted = self.environment(machine) | self._straight(former) | (env or {})
        return subprocess.run(
            [*(former.command if former else CLI), *arguments],
            env=former.environment(wanted) if former else wanted,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=180,
            check=False,
        )

    def start(self) -> None:
        self.keeper.begin()
        self._lead(self.nodes[0])
        self._add("pgbouncer", program("pgbouncer"), str(self.folder / "pgbouncer.ini"), as_account=True)
        redis = shutil.which("valkey-server") or program("redis-server")
        self._add("redis", redis, "--bind", "127.0.0.1", "--port", str(self.redis_port), "--save", "")
        self._add("store", sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(self.store_port))
        for name, port in (("pgbouncer", self.pooler_port), ("redis", self.redis_port), ("store", self.store_port)):
            wait_until(lambda port=port: is_open(port), name)
        requests.put(f"http://127.0.0.1:{self.store_port}/{BUCKET}", timeout=30).raise_for_status()
        self._fill()
        self.has_small_disk = _mounted(self.home("b"))
        for machine in self.machine_ports:
            self._start_machine(machine)
        for machine in self.machine_ports:
            self._wait_for_machine(machine)
        for name, port in zip(("nginx", "nginx-2"), self.ports, strict=True):
            conf = self._write_nginx(name, port)
            self._add(name, program("nginx"), "-c", str(conf), "-e", str(self.folder / name / "nginx.log"))
        for url in self.urls:
            wait_until(lambda url=url: requests.get(f"{url}/api/v1/coverage", timeout=5).ok, "nginx")

    def upgrade(self, machine: str) -> None:
        """End what runs on a machine as a service manager does, and start this version there. Over when it is ready."""
        for name in (f"serve-{machine}", f"worker-{machine}"):
            self.parts[name].stop(GRACE_SECONDS)
        self._code[machine] = None
        self._start_machine(machine)
        self._wait_for_machine(machine)

    def upgrade_tables(self) -> None:
        """Bring the tables to this version while the former one serves."""
        done = subprocess.run(
            [*CLI, "db", "upgrade"],
            env=self.environment("a") | self._straight(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self._must(done)

    @property
    def is_whole(self) -> bool:
        """Whether a standby follows and each machine is ready."""
        ready = (f"http://127.0.0.1:{port}/ready" for port in self.machine_ports.values())
        return self.keeper.is_whole and all(requests.get(url, timeout=5).ok for url in ready)

    def printed(self, machine: str) -> str:
        path = self.folder / f"serve-{machine}.out"
        return path.read_text(errors="replace")[-500:] if path.exists() else ""

    def stop(self) -> None:
        for part in reversed(self.parts.values()):
            part.stop()
        self.keeper.end()
        if self.has_small_disk:
            subprocess.run(["umount", "-l", str(self.home("b"))], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _add(
        self,
        name: str,
        *command: str,
        env: dict[str, str] | None = None,
        as_account: bool = False,
        cwd: Path | None = None,
    ) -> None:
        part = self.parts[name] = Part(name, command, self.folder, env=env, as_account=as_account, cwd=cwd)
        part.start()

    def _start_machine(self, machine: str) -> None:
        former = self._code.get(machine, self._first_code)
        run, env, cwd = CLI, self.environment(machine), None
        if former is not None:
            # A server finds its modules in the folder that it runs in.
            run, env, cwd = former.command, former.environment(env | self._straight(former)), former.folder
        self._add(f"serve-{machine}", *run, "serve", env=env | {"REGISTRY_EDGES": "api,public,intake"}, cwd=cwd)
        self._add(f"worker-{machine}", *run, "worker", env=env, cwd=cwd)

    def _straight(self, former: Former | bool | None = True) -> dict[str, str]:
        """The primary itself for what needs a session of its own, and for a former version: it may know no pooler."""
        url = f"postgresql+psycopg://registry@127.0.0.1:{self.keeper.primary.port}/registry"
        return {"REGISTRY_DATABASE_URL": url} if former else {}

    def _wait_for_machine(self, machine: str) -> None:
        ready = f"http://127.0.0.1:{self.machine_ports[machine]}/ready"
        wait_until(lambda: requests.get(ready, timeout=5).ok, f"machine {machine}: {self.printed(machine)}")

    def _fill(self) -> None:
        """Tables, keys, invented agencies and a unit; then the same keys on the second machine."""
        # Steps of the schema need a session of their own, which a pooler does not give.
        self._must(self.command("a", "db", "upgrade", env=self._straight()))
        if self._has_demo:
            self._must(self.command("a", "demo", "load"))
        unit = ["units", "add", UNIT, "--country", "IT", "--authority", "it-inl", "--name", "en=Invented unit"]
        mails = ["--email", "desk@authority.example", "--supervisor-email", "head@authority.example", "--default"]
        self._must(self.command("a", *unit, *mails))
        shutil.copytree(self.home("a") / "keys", self.home("b") / "keys")
        self.home("b").chmod(0o700)

    @staticmethod
    def _must(done: "subprocess.CompletedProcess[str]") -> None:
        if done.returncode:
            raise RuntimeError(f"{' '.join(done.args[3:])}: {done.stdout}{done.stderr}")

    def _lead(self, primary: Node) -> None:
        """Lead PgBouncer to a primary."""
        path = self.folder / "pgbouncer.ini"
        path.write_text(PGBOUNCER.format(port=primary.port, own=self.pooler_port), encoding="ascii")
        own(path)
        if "pgbouncer" in self.parts:
            self.parts["pgbouncer"].signal(signal.SIGHUP)

    def _write_nginx(self, name: str, port: int) -> Path:
        """The configuration of one balancer."""
        servers = " ".join(f"server 127.0.0.1:{port} max_fails=0;" for port in self.machine_ports.values())
        user = "user root;" if os.geteuid() == 0 else ""
        folder, host = self.folder / name, self.url.removeprefix("http://")
        folder.mkdir()
        conf = folder / "nginx.conf"
        conf.write_text(NGINX.format(folder=folder, own=port, host=host, servers=servers, user=user), encoding="ascii")
        return conf


def _mounted(home: Path) -> bool:
    """Put a home on a small disk of its own, where the system lets us; with what it holds."""
    if os.geteuid() != 0:
        return False
    held = home.with_name("held")
    shutil.copytree(home, held)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", str(home)], capture_output=True, check=False
    )
    if done.returncode == 0:
        shutil.copytree(held, home, dirs_exist_ok=True)
        home.chmod(0o700)
    shutil.rmtree(held)
    return done.returncode == 0


@contextmanager
def running(*, has_demo: bool = True, former: Former | None = None) -> Iterator[Cluster]:
    """A cluster for as long as the block lasts."""
    cluster = Cluster(has_demo=has_demo, former=former)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()
