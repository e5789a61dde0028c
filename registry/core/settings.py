"""Settings from the environment, checked at start. A wrong value is a SettingsError that says what to do."""

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from registry.core import setting_texts
from registry.core.errors import SettingsError

Value = TypeVar("Value")


class Edge(StrEnum):
    """What a process serves. The console is closed unless it is named; the intake takes complaints."""

    API = "api"
    PUBLIC = "public"
    INTAKE = "intake"
    CONSOLE = "console"


class Demand(StrEnum):
    """What production may demand.

    A standby that each commit waits for, witnesses that each shown head waits for, and a guard that lets one home sign.
    """

    STANDBY = "standby"
    QUORUM = "quorum"
    GUARD = "guard"


@dataclass(frozen=True, slots=True)
class TrustedProxies:
    """Proxies whose X-Forwarded-* count: the last `hops` senders, or peers in `networks`. Neither set: none."""

    hops: int = 0
    networks: tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.hops or self.networks)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Where files are kept in an S3 store.

    Without `endpoint` it is Amazon's; without `key` the machine's own role is used.
    """

    name: str
    prefix: str = ""
    endpoint: str | None = None
    region: str = "us-east-1"
    key: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """What an operator decides. Addresses with passwords stay out of its text form."""

    home: Path
    database_url: str = field(repr=False)
    port: int = 8000
    public_url: str = "http://127.0.0.1:8000"
    is_public_url_set: bool = False
    is_home_set: bool = True
    """Whether the environment names the data folder; otherwise it is "var" in the folder that one happens to be in."""
    console_url: str | None = None
    tls: Path | None = None
    """A PEM file with certificate, chain and key of this machine; None for plain HTTP."""
    edges: frozenset[Edge] = frozenset({Edge.API, Edge.PUBLIC, Edge.INTAKE})
    files: Path | Bucket = Path("files")
    smtp_url: str | None = field(default=None, repr=False)
    redis_url: str | None = field(default=None, repr=False)
    ntfy_url: str | None = field(default=None, repr=False)
    matrix_url: str | None = field(default=None, repr=False)
    """Servers that take notices to officers, each with its token as the password."""
    trusted_proxies: TrustedProxies = TrustedProxies()
    has_metrics: bool = False
    traces_url: str | None = None
    """A collector of OpenTelemetry that is sent spans; None for none."""
    rate: int = 600
    organisation_rate: int = 6000
    is_intake_elsewhere: bool = False
    has_unsafe_webhooks: bool = False
    signs: bool = True
    has_log_guard: bool = True
    """Whether `guard_etcd`, otherwise the bucket of `files`, where it is one, remembers what was signed last."""
    guard_witness: str | None = None
    """The witness of the log's policy, by its name there, that has each head before it stands anywhere else."""
    guard_etcd: setting_texts.EtcdServers | None = None
    timestamps: tuple[str, ...] = field(default=(), repr=False)
    """Authorities that stamp heads of the log, asked in this order."""
    seal_timestamp: str | None = field(default=None, repr=False)
    """The authority that stamps the seal of papers."""
    demands: frozenset[Demand] = frozenset()
    read_url: str | None = field(default=None, repr=False)
    """Of a read-only standby."""
    read_seconds: int = 10
    """How long the standby is read after the primary was seen last."""
    database_seconds: int = 5
    """How long a request waits for one statement or lock of PostgreSQL; 0 for no limit."""
    drain_seconds: int = 0
    """How long a server that is told to stop says that it is not ready before it closes."""
    threads: int = 8
    """Threads of a process that answer: fewer than half of its database connections, so that none waits for another."""
    connections: int = 4096
    """Connections that a process holds at a time, idle ones among them; fewer where the system gives fewer descriptors."""
    has_sandbox: bool = True
    """Whether test keys see an invented registry in REGISTRY_HOME/sandbox, which is made when one is first used."""
    sandbox_url: str | None = None
    """The server that has the sandbox, where this one has none."""
    body_seconds: int = 20
    """How long a request's body may bring nothing, and how long it has before its rate counts."""
    translator_url: str | None = None
    """A LibreTranslate server of the operator's own that reads complaints for officers."""
    may_translate_outside: bool = False
    """Whether that server may stand outside this host and its private network."""
    scanner: str | None = None
    """Where a virus scanner (clamd) is asked about attachments: `unix:` and a path, or `tcp://host:port`."""
    security_contact: str | None = None
    """Where weaknesses are reported, for /.well-known/security.txt: a `mailto:` or `https:` address."""
    data_licence: str = "CC-BY-4.0"
    """Under which licence the open dataset is given: an SPDX identifier, or the address of its text."""
    datasets_a_day: int = 1
    """How many snapshots of the open dataset the worker writes in a day."""
    mcp_hosts: tuple[str, ...] = ()
    """Hosts that agents may name, beside this machine's own and the public one."""
    operator: setting_texts.Operator | None = None
    wallets: setting_texts.WalletSettings | None = None
    """What is stated of credentials for wallets; None where none are issued."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "Settings":
        """Settings of `environ`; an empty variable counts as unset. Nothing on disk is touched.

        Raises SettingsError for the first wrong value, and for a name that is nearly one of ours: a mistyped
        REGISTRY_DATABASE_URL would otherwise serve an empty SQLite file.
        """
        _refuse_near_misses(environ)
        given = {name: environ.get(name, "").strip() or setting_texts.DEFAULTS[name] for name in setting_texts.NAMES}
        home = Path(given["REGISTRY_HOME"]).expanduser().resolve()

        def read(reader: Callable[..., Value], name: str, *more: object) -> Value:
            return reader(name, given[name], *more)

        port = read(setting_texts.whole_number, "PORT", 1, 65535)
        return cls(
            home=home,
            database_url=setting_texts.database_url_of(given["REGISTRY_DATABASE_URL"], home),
            port=port,
            public_url=setting_texts.public_url_of("REGISTRY_URL", given["REGISTRY_URL"] or f"http://127.0.0.1:{port}"),
            console_url=setting_texts.console_url_of(given),
            is_public_url_set=bool(given["REGISTRY_URL"]),
            is_home_set=bool(environ.get("REGISTRY_HOME", "").strip()),
            tls=read(setting_texts.certificate_of, "REGISTRY_TLS"),
            edges=_edges(given["REGISTRY_EDGES"]),
            files=_files(given, home),
            smtp_url=read(setting_texts.server_of, "REGISTRY_SMTP_URL", ("smtp", "smtps"), "smtp://mail:25"),
            redis_url=read(setting_texts.server_of, "REGISTRY_REDIS_URL", ("redis", "rediss"), "redis://redis:6379/0"),
            ntfy_url=read(setting_texts.secure_server_of, "REGISTRY_NTFY_URL", "https://:token@ntfy.example"),
            matrix_url=read(setting_texts.secure_server_of, "REGISTRY_MATRIX_URL", "https://:token@matrix.example"),
            trusted_proxies=_trusted_proxies(given["REGISTRY_TRUSTED_PROXIES"]),
            has_metrics=read(setting_texts.switch_of, "REGISTRY_METRICS"),
            traces_url=read(setting_texts.server_of, "REGISTRY_TRACES_URL", ("https", "http"), "http://127.0.0.1:4318"),
            rate=read(setting_texts.whole_number, "REGISTRY_RATE", 1, 1_000_000),
            organisation_rate=read(setting_texts.whole_number, "REGISTRY_ORGANISATION_RATE", 1, 1_000_000),
            is_intake_elsewhere=read(setting_texts.switch_of, "REGISTRY_INTAKE_ELSEWHERE"),
            has_unsafe_webhooks=_unsafe_webhooks(given),
            signs=read(setting_texts.switch_of, "REGISTRY_SIGNS"),
            has_log_guard=given["REGISTRY_LOG_GUARD"].lower() not in ("off", "0", "false", "no"),
            guard_witness=read(setting_texts.guard_witness_of, "REGISTRY_LOG_GUARD"),
            guard_etcd=read(setting_texts.guard_etcd_of, "REGISTRY_LOG_GUARD"),
            timestamps=read(setting_texts.timestamps_of, "REGISTRY_TIMESTAMPS"),
            seal_timestamp=read(
                setting_texts.server_of, "REGISTRY_SEAL_TIMESTAMP", ("https", "http"), "https://tsa.example.org/tsr"
            ),
            demands=_demands(given["REGISTRY_REQUIRES"]),
            read_url=setting_texts.read_url_of(given, home),
            read_seconds=read(setting_texts.whole_number, "REGISTRY_READ_SECONDS", 1, 300),
            database_seconds=read(setting_texts.whole_number, "REGISTRY_DATABASE_SECONDS", 0, 3600),
            drain_seconds=read(setting_texts.whole_number, "REGISTRY_DRAIN_SECONDS", 0, 600),
            threads=read(setting_texts.whole_number, "REGISTRY_THREADS", 1, 64),
            connections=read(setting_texts.whole_number, "REGISTRY_CONNECTIONS", 16, 32_768),
            body_seconds=read(setting_texts.whole_number, "REGISTRY_BODY_SECONDS", 1, 600),
            translator_url=read(
                setting_texts.server_of, "REGISTRY_TRANSLATOR", ("https", "http"), "http://127.0.0.1:5000"
            ),
            may_translate_outside=read(setting_texts.switch_of, "REGISTRY_TRANSLATOR_OUTSIDE"),
            scanner=read(setting_texts.scanner_of, "REGISTRY_CLAMD"),
            has_sandbox="://" not in given["REGISTRY_SANDBOX"] and read(setting_texts.switch_of, "REGISTRY_SANDBOX"),
            sandbox_url=_sandbox_url(given["REGISTRY_SANDBOX"]),
            security_contact=read(setting_texts.contact_of, "REGISTRY_SECURITY_CONTACT"),
            data_licence=read(setting_texts.licence_of, "REGISTRY_DATA_LICENCE"),
            datasets_a_day=read(setting_texts.whole_number, "REGISTRY_DATASETS_A_DAY", 1, 3),
            mcp_hosts=read(setting_texts.hosts_of, "REGISTRY_MCP_HOSTS"),
            operator=read(setting_texts.operator_of, "REGISTRY_OPERATOR"),
            wallets=setting_texts.wallets_of(given),
        )

    @cached_property
    def public_host(self) -> str:
        """Host and, unless it is the scheme's own, port of the public address, as a Host header has them."""
        return urlsplit(self.public_url).netloc

    @property
    def console_address(self) -> str:
        """Under which officers find the console, without its path."""
        return self.console_url or self.public_url

    @property
    def keys(self) -> Path:
        """The folder of secret keys (registry.core.keyring)."""
        return self.home / "keys"

    @property
    def leads_to_intake(self) -> bool:
        """Whether pages lead to the intake: it is served here, or under the same address by another process."""
        return Edge.INTAKE in self.edges or self.is_intake_elsewhere

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https:")

    @property
    def is_guarded(self) -> bool:
        """Whether an etcd, a bucket or a witness knows of each head of the log beside this home."""
        has_place = self.guard_etcd is not None or isinstance(self.files, Bucket)
        return (self.has_log_guard and has_place) or self.guard_witness is not None

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite")

    @property
    def database_file(self) -> Path | None:
        """The file of a SQLite database."""
        return Path(self.database_url.removeprefix("sqlite:///")) if self.is_sqlite else None

    def require_database_file(self) -> None:
        """Raise SettingsError, which says which one is meant, where there is no file of a SQLite database: opening makes one."""
        if self.database_file is None or self.database_file.exists():
            return
        if self.database_file != self.home / "registry.sqlite3":
            raise SettingsError(
                f"there is no database at {self.database_file.absolute()}, which REGISTRY_DATABASE_URL names: correct it, or "
                "run `registry db upgrade` to make that database"
            )
        raise SettingsError(
            f"there is no database at {self.database_file}: {self._named()}set REGISTRY_HOME to the data folder that is meant "
            "(export REGISTRY_HOME=/path/of/it), or run `registry db upgrade` to begin a registry there"
        )

    def require_home(self) -> None:
        """Raise SettingsError where no data folder is named, and none is where one would be looked for."""
        if not self.is_home_set and not self.home.is_dir():
            raise SettingsError(
                f"there is no data folder at {self.home}: {self._named()}set REGISTRY_HOME to the one that is meant "
                "(export REGISTRY_HOME=/path/of/it)"
            )

    def _named(self) -> str:
        return "" if self.is_home_set else "REGISTRY_HOME is not set, so it is looked for below this folder; "

    def is_open_to_others(self) -> bool:
        """Whether other accounts of the machine may enter the data folder."""
        return self.home.is_dir() and bool(self.home.stat().st_mode & 0o077)

    def prepare_database_file(self) -> None:
        """Make the file of a SQLite database in the home, readable by its owner alone; what SQLite puts beside it is too."""
        if self.database_file is not None and self.database_file == self.home / "registry.sqlite3":
            self.database_file.touch(mode=0o600, exist_ok=True)

    def prepare_home(self) -> None:
        """Make the data folder, readable by its owner alone. SettingsError when that cannot be done."""
        try:
            self.home.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise SettingsError(
                f"REGISTRY_HOME: the folder {self.home} cannot be made ({error.strerror}); name one that can be written"
            ) from None


S3_NAMES = tuple(name for name in setting_texts.NAMES if name.startswith("REGISTRY_S3_"))


def _refuse_near_misses(environ: Mapping[str, str]) -> None:
    for name in environ:
        if name.startswith("REGISTRY") and name not in setting_texts.NAMES:
            near = difflib.get_close_matches(name, setting_texts.NAMES, n=1, cutoff=0.85)
            if near:
                raise SettingsError(f"{name} is no setting; if {near[0]} is meant, rename it, otherwise unset it")


def _unsafe_webhooks(given: Mapping[str, str]) -> bool:
    is_on = setting_texts.switch_of("REGISTRY_UNSAFE_WEBHOOKS", given["REGISTRY_UNSAFE_WEBHOOKS"])
    if is_on and given["REGISTRY_URL"].startswith("https:"):
        raise SettingsError(
            "REGISTRY_UNSAFE_WEBHOOKS lets anybody with a key call this machine's own network: it is for tests and "
            "demonstrations, and must be off where REGISTRY_URL begins with https"
        )
    return is_on


def _sandbox_url(text: str) -> str | None:
    if "://" not in text:
        return None
    return setting_texts.server_of("REGISTRY_SANDBOX", text, ("http", "https"), "on, off or http://sandbox:8000")


def _edges(text: str) -> frozenset[Edge]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if not words or any(word not in list(Edge) for word in words):
        raise SettingsError("REGISTRY_EDGES must be one or more of api, public, intake, console, with commas between")
    return frozenset(Edge(word) for word in words)


def _demands(text: str) -> frozenset[Demand]:
    words = [word.strip() for word in text.split(",") if word.strip()]
    if any(word not in list(Demand) for word in words):
        raise SettingsError("REGISTRY_REQUIRES must be standby, quorum, guard or several with commas between, or unset")
    return frozenset(Demand(word) for word in words)


def _files(given: Mapping[str, str], home: Path) -> Path | Bucket:
    text = given["REGISTRY_FILES"]
    if "://" not in text:
        for name in S3_NAMES:
            if given[name]:
                # Otherwise files would quietly lie here, and not where somebody thinks they are.
                raise SettingsError(
                    f"{name} is set, but REGISTRY_FILES names no bucket; write it like s3://bucket/prefix"
                )
        return Path(text).expanduser().resolve() if text else home / "files"
    place = re.fullmatch(r"s3://([a-z0-9][a-z0-9.-]{1,61}[a-z0-9])((?:/[A-Za-z0-9._-]+)*)/?", text)
    if place is None or "." in place[2].split("/") or ".." in place[2].split("/"):
        raise SettingsError(
            "REGISTRY_FILES must be the path of a folder, or like s3://bucket/prefix; unset: in REGISTRY_HOME"
        )
    if bool(given["REGISTRY_S3_KEY"]) != bool(given["REGISTRY_S3_SECRET"]):
        raise SettingsError(
            "REGISTRY_S3_KEY and REGISTRY_S3_SECRET go together; set both, or neither for the machine's role"
        )
    return Bucket(
        name=place[1],
        prefix=place[2].strip("/"),
        endpoint=setting_texts.server_of(
            "REGISTRY_S3_ENDPOINT", given["REGISTRY_S3_ENDPOINT"], ("http", "https"), "https://s3.example.org"
        ),
        region=given["REGISTRY_S3_REGION"] or "us-east-1",
        key=given["REGISTRY_S3_KEY"] or None,
        secret=given["REGISTRY_S3_SECRET"] or None,
    )


def _trusted_proxies(text: str) -> TrustedProxies:
    if not text:
        return TrustedProxies()
    if re.fullmatch(r"[0-9]", text):
        return TrustedProxies(hops=int(text))
    try:
        networks = tuple(ipaddress.ip_network(word.strip()) for word in text.split(",") if word.strip())
    except ValueError:
        raise SettingsError(
            "REGISTRY_TRUSTED_PROXIES must be the number of proxies before us (0 to 9) or their networks, "
            "like 10.0.0.0/8,fd00::/8"
        ) from None
    return TrustedProxies(networks=networks)
