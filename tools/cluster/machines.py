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

from tools.cluster.former import ROOT, Former
from tools.cluster.network import Loopback
from tools.cluster.parts import Part, free_ports, is_open, own, program, wait_until
from tools.cluster.postgres import Keeper, Node

BUCKET = "registry"
UNIT = "it-invented-unit"
CLI = [sys.executable, "-m", "registry.cli"]
SNAPSHOT_OF_A_SIGNER = "0128"
"""Up to these tables a worker that signs keeps a snapshot, for whose end an index that is built concurrently waits."""
GRACE_SECONDS = 40.0
"""That a process has to end what it is at before it is killed."""

PGBOUNCER = """
[databases]
registry = host={to} port={port} user=registry
[pgbouncer]
listen_addr = {host}
listen_port = {own}
unix_socket_dir =
auth_type = any
pool_mode = transaction
default_pool_size = 40
max_client_conn = 400
server_connect_timeout = 2
server_login_retry = 0.5
query_wait_timeout = 6
tcp_keepidle = 5
tcp_keepintvl = 5
tcp_keepcnt = 3
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
    # Each who files comes from a network of its own: admission is dearer for each from one network.
    map $http_x_drill_client $client {{ default $http_x_drill_client; "" $remote_addr; }}
    upstream machines {{ {servers} keepalive 16; }}
    server {{
        listen {own_host}:{own};
        client_max_body_size 21m;
        proxy_http_version 1.1;
        proxy_set_header Connection "";
        # Both balancers answer for one name.
        proxy_set_header Host {host};
        proxy_set_header X-Forwarded-For $client;
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

    def __init__(self, *, has_demo: bool = True, former: Former | None = None, network: Loopback | None = None) -> None:
        """`has_demo`: with invented agencies, which take a while. `former`: the version of the code that runs at first."""
        self.network = network or Loopback()
        self._has_demo = has_demo
        self._code: dict[str, Former | None] = {}
        self._first_code = former
        self.folder = Path(tempfile.mkdtemp(prefix="registry-cluster-"))
        own(self.folder)
        self.folder.chmod(0o755)
        (self.folder / "pid").write_text(str(os.getpid()), encoding="ascii")
        first, second, self.pooler_port, self.redis_port, self.store_port, *ports = free_ports(9)
        self.ports, machines = ports[:2], ports[2:]
        self.machine_ports = dict(zip("ab", machines, strict=True))
        self.machine_urls = {name: self._url(name, port) for name, port in self.machine_ports.items()}
        self.urls = tuple(self._url(name, port) for name, port in zip(("nginx", "nginx-2"), self.ports, strict=True))
        """Of the two balancers. The first is the registry's own address."""
        self.url = self.urls[0]
        self.nodes: tuple[Node, ...] = tuple(
            Node(f"pg{n}", port, self.folder, self.network) for n, port in ((1, first), (2, second))
        )
        self.keeper = Keeper(self.nodes, self._lead)
        pooler = f"{self.network.host('pgbouncer')}:{self.pooler_port}"
        self.database_url = f"postgresql+psycopg://registry@{pooler}/registry"
        self.store_url = self._url("store", self.store_port)
        self.parts: dict[str, Part] = {}
        self.has_small_disk = False
        """Whether the home of machine b is on a disk of its own, of some megabytes, that can be filled."""

    def _url(self, machine: str, port: int) -> str:
        return f"http://{self.network.host(machine)}:{port}"

    def home(self, machine: str) -> Path:
        return self.folder / f"home-{machine}"

    def environment(self, machine: str) -> dict[str, str]:
        """The settings of a machine. Both differ in their home and port alone."""
        stored = {
            name: value for name, value in os.environ.items() if not name.startswith("REGISTRY") and name != "PORT"
        }
        standby = "&".join(f"host={node.host}:{node.port}" for node in self.nodes)
        return stored | {
            "PORT": str(self.machine_ports[machine]),
            "REGISTRY_ADDRESS": self.network.host(machine),
            "REGISTRY_HOME": str(self.home(machine)),
            "REGISTRY_URL": self.url,
            "REGISTRY_DATABASE_URL": self.database_url,
            "REGISTRY_DATABASE_READ_URL": f"postgresql+psycopg://registry@/registry?{standby}"
            "&target_session_attrs=prefer-standby",
            "REGISTRY_READ_SECONDS": "20",
            "REGISTRY_REDIS_URL": f"redis://{self.network.host('redis')}:{self.redis_port}/0",
            "REGISTRY_FILES": f"s3://{BUCKET}",
            "REGISTRY_S3_ENDPOINT": self.store_url,
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
        self._add(
            "redis",
            redis,
            "--bind",
            self.network.host("redis"),
            "--port",
            str(self.redis_port),
            "--save",
            "",
            "--protected-mode",
            "no",
        )
        where = (self.network.host("store"), str(self.store_port), str(self.folder / "store.journal"))
        self._add("store", sys.executable, "-m", "tools.cluster.store", *where, cwd=ROOT)
        for name, port in (("pgbouncer", self.pooler_port), ("redis", self.redis_port), ("store", self.store_port)):
            wait_until(lambda name=name, port=port: is_open(port, self.network.host(name)), name)
        requests.put(f"{self.store_url}/{BUCKET}", timeout=30).raise_for_status()
        self._fill()
        self.has_small_disk = _mounted(self.home("b"))
        for machine in self.machine_ports:
            self.start_machine(machine)
        for machine in self.machine_ports:
            self._wait_for_machine(machine)
        for name, port in zip(("nginx", "nginx-2"), self.ports, strict=True):
            conf = self._write_nginx(name, port)
            self._add(name, program("nginx"), "-c", str(conf), "-e", str(self.folder / name / "nginx.log"))
        for url in self.urls:
            wait_until(lambda url=url: requests.get(f"{url}/api/v1/coverage", timeout=5).ok, "nginx")

    def upgrade(self, machine: str) -> None:
        """End what runs on a machine, and start this version there. Over when it is ready."""
        self.end_machine(machine)
        self._code[machine] = None
        self.start_machine(machine)
        self._wait_for_machine(machine)

    def upgrade_tables(self) -> None:
        """Bring the tables to this version while the former one serves."""
        if self._first_code is not None and self._first_code.head <= SNAPSHOT_OF_A_SIGNER:
            for machine in self.machine_ports:
                self.parts[f"worker-{machine}"].stop(GRACE_SECONDS)
        done = subprocess.run(
            [*CLI, "db", "upgrade"],
            env=self.environment("a") | self._straight(),
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        self.must(done)

    @property
    def is_whole(self) -> bool:
        """Whether a standby follows and each machine is ready."""
        urls = self.machine_urls.values()
        return self.keeper.is_whole and all(requests.get(f"{url}/ready", timeout=5).ok for url in urls)

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
        # What runs on machine a is called serve-a, worker-a.
        namespace = self.network.namespace(name.rpartition("-")[2] if name.startswith(("serve-", "worker-")) else name)
        part = self.parts[name] = Part(
            name, command, self.folder, env=env, as_account=as_account, cwd=cwd, namespace=namespace
        )
        part.start()

    def end_machine(self, machine: str) -> None:
        """End what runs on a machine as a service manager does."""
        for name in (f"serve-{machine}", f"worker-{machine}"):
            self.parts[name].stop(GRACE_SECONDS)

    def start_machine(self, machine: str) -> None:
        former = self._code.get(machine, self._first_code)
        run, env, cwd = CLI, self.environment(machine), None
        if former is not None:
            # A server finds its modules in the folder that it runs in.
            run, env, cwd = former.command, former.environment(env | self._straight(former)), former.folder
        edges = {"REGISTRY_EDGES": "api,public,intake,console"}
        for name, command in ((f"serve-{machine}", "serve"), (f"worker-{machine}", "worker")):
            # Under its name the database's own views have it.
            self._add(name, *run, command, env=env | edges | {"PGAPPNAME": name}, cwd=cwd)

    def _straight(self, former: Former | bool | None = True) -> dict[str, str]:
        """The primary itself for what needs a session of its own, and for a former version: it may know no pooler."""
        url = self.keeper.primary.url
        return {"REGISTRY_DATABASE_URL": url} if former else {}

    def _wait_for_machine(self, machine: str) -> None:
        ready = f"{self.machine_urls[machine]}/ready"
        wait_until(lambda: requests.get(ready, timeout=5).ok, f"machine {machine}: {self.printed(machine)}")

    def _fill(self) -> None:
        """Tables, keys, invented agencies and a unit; then the same keys on the second machine."""
        # Steps of the schema need a session of their own, which a pooler does not give.
        self.must(self.command("a", "db", "upgrade", env=self._straight()))
        if self._has_demo:
            self.must(self.command("a", "demo", "load"))
        unit = ["units", "add", UNIT, "--country", "IT", "--authority", "it-inl", "--name", "en=Invented unit"]
        mails = ["--email", "desk@authority.example", "--supervisor-email", "head@authority.example", "--default"]
        self.must(self.command("a", *unit, *mails))
        shutil.copytree(self.home("a") / "keys", self.home("b") / "keys")
        self.home("b").chmod(0o700)

    @staticmethod
    def must(done: "subprocess.CompletedProcess[str]") -> None:
        if done.returncode:
            raise RuntimeError(f"{' '.join(done.args[3:])}: {done.stdout}{done.stderr}")

    def _lead(self, primary: Node) -> None:
        """Lead PgBouncer to a primary."""
        path = self.folder / "pgbouncer.ini"
        path.write_text(
            PGBOUNCER.format(
                to=primary.host, port=primary.port, host=self.network.host("pgbouncer"), own=self.pooler_port
            ),
            encoding="ascii",
        )
        own(path)
        if "pgbouncer" in self.parts:
            self.parts["pgbouncer"].signal(signal.SIGHUP)

    def _write_nginx(self, name: str, port: int) -> Path:
        """The configuration of one balancer."""
        machines = self.machine_urls.values()
        servers = " ".join(f"server {url.removeprefix('http://')} max_fails=0;" for url in machines)
        user = "user root;" if os.geteuid() == 0 else ""
        folder, host = self.folder / name, self.url.removeprefix("http://")
        folder.mkdir()
        conf = folder / "nginx.conf"
        stated = {"folder": folder, "own_host": self.network.host(name), "own": port, "host": host}
        conf.write_text(NGINX.format(**stated, servers=servers, user=user), encoding="ascii")
        return conf


def _mounted(home: Path) -> bool:
    """Put a home on a small disk of its own, where the system lets us; with what it holds."""
    if os.geteuid() != 0:
        return False
    copy = home.with_name("copy")
    shutil.copytree(home, copy)
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=32m,mode=0700", "tmpfs", str(home)], capture_output=True, check=False
    )
    if done.returncode == 0:
        shutil.copytree(copy, home, dirs_exist_ok=True)
        home.chmod(0o700)
    shutil.rmtree(copy)
    return done.returncode == 0


@contextmanager
def running(
    *, has_demo: bool = True, former: Former | None = None, network: Loopback | None = None
) -> Iterator[Cluster]:
    """A cluster for as long as the block lasts."""
    cluster = Cluster(has_demo=has_demo, former=former, network=network)
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


def remove_left_overs() -> None:
    """Remove what clusters left that were killed without a word. Their processes ended with them."""
    for folder in Path(tempfile.gettempdir()).glob("registry-cluster-*"):
        try:
            pid = int((folder / "pid").read_text(encoding="ascii"))
        except (OSError, ValueError):
            continue
        if not Path(f"/proc/{pid}").exists():
            subprocess.run(["umount", "-l", str(folder / "home-b")], capture_output=True, check=False)
            shutil.rmtree(folder, ignore_errors=True)
