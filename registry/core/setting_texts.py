"""The table of settings, read of settings.toml, and what each variable of the environment may say.

Numbers, switches and addresses: each reader raises SettingsError with what to write.
"""

import re
import ssl
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from ipaddress import ip_address
from pathlib import Path
from typing import NamedTuple
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from registry.core.errors import SettingsError


class Setting(NamedTuple):
    """One variable of the environment; `need` says for what an operator sets it.

    `default` is the text that an unset variable counts as; `shown` words it if it is none.
    """

    name: str
    need: str
    meaning: str
    default: str = ""
    shown: str = ""


_TABLE = tomllib.loads((files("registry.core") / "settings.toml").read_text(encoding="utf-8"))

NEEDS: dict[str, dict[str, str]] = _TABLE["need"]
"""The heading and the first sentence of the page's part about each need."""

SETTINGS = tuple(Setting(**row) for row in _TABLE["setting"])
NAMES = tuple(setting.name for setting in SETTINGS)
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}


@dataclass(frozen=True, slots=True)
class EtcdServers:
    """The members of an etcd, and what this machine shows them."""

    urls: tuple[str, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: str | None = None
    cert_file: str | None = None
    key_file: str | None = None


@dataclass(frozen=True, slots=True)
class Operator:
    """Who runs the registry, as certificates name it. `identifier` as EN 319 412-1 writes it: `VATIT-12345678901`."""

    name: str
    country: str
    identifier: str


@dataclass(frozen=True, slots=True)
class WalletSettings:
    """What the operator states where credentials for wallets are issued. Each file is named by the operator alone.

    `providers`: roots of wallet providers (PEM) and lists of them (ETSI TS 119 602, a compact JWS), which one of `list_signers`
    signed. `access`: the key and chain that sign for wallets; `registration`: the registration certificate, a JWT.
    """

    is_public_body: bool = False
    providers: tuple[Path, ...] = ()
    list_signers: Path | None = None
    access: Path | None = None
    registration: Path | None = None


def operator_of(name: str, text: str) -> Operator | None:
    if not text:
        return None
    parts = [part.strip() for part in text.split(";")]
    is_good = len(parts) == 3 and 0 < len(parts[0]) <= 64 and re.fullmatch(r"[A-Z]{2}", parts[1])
    if not is_good or not re.fullmatch(r"(?:[A-Z]{3}|[A-Z]{2}:)[A-Z]{2}-[!-~]{1,48}", parts[2]):
        raise SettingsError(
            f"{name} must be name, country and identifier (EN 319 412-1) with semicolons between, like "
            "Ministry of Labour; IT; GOVIT-12345678; the name has at most 64 characters"
        )
    return Operator(*parts)


def wallets_of(given: Mapping[str, str]) -> WalletSettings | None:
    """What is stated of wallets; None where REGISTRY_WALLETS is off, whatever else is set."""
    if not switch_of("REGISTRY_WALLETS", given["REGISTRY_WALLETS"]):
        return None
    if not given["REGISTRY_OPERATOR"]:
        raise SettingsError("REGISTRY_WALLETS needs REGISTRY_OPERATOR: wallets and verifiers are told who signs")
    return WalletSettings(
        switch_of("REGISTRY_PUBLIC_BODY", given["REGISTRY_PUBLIC_BODY"]),
        tuple(
            file_of("REGISTRY_WALLET_PROVIDERS", word.strip())
            for word in given["REGISTRY_WALLET_PROVIDERS"].split(",")
            if word.strip()
        ),
        *(
            file_of(name, given[name]) if given[name] else None
            for name in ("REGISTRY_WALLET_LIST_SIGNERS", "REGISTRY_WALLET_ACCESS", "REGISTRY_WALLET_REGISTRATION")
        ),
    )


def file_of(name: str, text: str) -> Path:
    path = Path(text).expanduser().resolve()
    if not path.is_file():
        raise SettingsError(f"{name} names a file that is not there, or is none: correct the path")
    return path


def whole_number(name: str, text: str, minimum: int, maximum: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not minimum <= int(text) <= maximum:
        raise SettingsError(f"{name} must be a whole number from {minimum} to {maximum}")
    return int(text)


def switch_of(name: str, text: str) -> bool:
    words = {"1": True, "on": True, "true": True, "yes": True, "0": False, "off": False, "false": False, "no": False}
    if text.lower() not in words:
        raise SettingsError(f"{name} must be on or off")
    return words[text.lower()]


def split_address(name: str, text: str, example: str) -> SplitResult:
    # The value itself is never repeated: it may hold a password.
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError:
        raise SettingsError(f"{name} is no address; write it like {example}") from None
    return parts


def contact_of(name: str, text: str) -> str | None:
    if text and not re.fullmatch(r"mailto:[!-~]+@[!-~]+|https://[!-~]+", text):
        raise SettingsError(f"{name} must be an address like mailto:security@registry.example.org or https://...")
    return text or None


def secure_server_of(name: str, text: str, example: str) -> str | None:
    """A server that is spoken to by https; by http only on this very machine."""
    found = server_of(name, text, ("https", "http"), example)
    if found is not None:
        parts = urlsplit(found)
        if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
            raise SettingsError(f"{name} must be like {example}: http is for this machine's own servers alone")
    return found


def certificate_of(name: str, text: str) -> Path | None:
    """A PEM file with a certificate and the key that belongs to it."""
    if not text:
        return None
    path = Path(text).expanduser().resolve()
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(path)
    except OSError as error:
        why = "it cannot be read" if not isinstance(error, ssl.SSLError) else "it lacks a certificate or the key of it"
        raise SettingsError(
            f"{name}: {path} is no PEM file with a certificate, its chain and its key ({why})"
        ) from None
    return path


def is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def scanner_of(name: str, text: str) -> str | None:
    if text and not re.fullmatch(r"unix:/[!-~]+|tcp://(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}", text):
        raise SettingsError(f"{name} must be like unix:/run/clamav/clamd.ctl or tcp://127.0.0.1:3310, or unset")
    return text or None


def hosts_of(name: str, text: str) -> tuple[str, ...]:
    """Names of hosts, as a Host header has them without its port."""
    hosts = tuple(word.strip().lower() for word in text.split(",") if word.strip())
    if not all(re.fullmatch(r"[a-z0-9.-]{1,253}|\[[0-9a-f:]+\]", host) for host in hosts):
        raise SettingsError(f"{name} must be names of hosts with commas between, like mcp.example.org,192.0.2.7")
    return hosts


def guard_witness_of(name: str, text: str) -> str | None:
    """The witness in `witness:NAME`; None where the guard is on or off alone."""
    word, _, witness = text.partition(":")
    if word == "witness" and re.fullmatch(r"[!-~]{1,60}", witness) and witness != "none":
        return witness
    if text and word != "etcd":
        try:
            switch_of(name, text)
        except SettingsError:
            raise SettingsError(
                f"{name} must be on, off, like witness:w1 with the name of a witness in the log's policy, or like "
                f"{ETCD_EXAMPLE}"
            ) from None
    return None


ETCD_EXAMPLE = "etcd:https://a.example:2379,https://b.example:2379,https://c.example:2379?cacert=/etc/etcd/ca.pem"


def guard_etcd_of(name: str, text: str) -> EtcdServers | None:
    """The members in `etcd:URL,URL,URL`, with `cacert`, `cert` and `key` as a query; None where the guard is another."""
    word, _, rest = text.partition(":")
    if word != "etcd":
        return None
    addresses, _, query = rest.partition("?")
    members = [split_address(name, part.strip().rstrip("/"), ETCD_EXAMPLE) for part in addresses.split(",")]
    files = dict(parse_qsl(query, keep_blank_values=True))
    has_pair = ("cert" in files) == ("key" in files)
    is_good = all(one.scheme in ("http", "https") and one.hostname and not one.path for one in members)
    if not is_good or not has_pair or not files.keys() <= {"cacert", "cert", "key"} or not all(files.values()):
        raise SettingsError(
            f"{name} must name each member of etcd by scheme, host and port, and files by cacert, cert and key alone (the two "
            f"latter together), like {ETCD_EXAMPLE}"
        )
    first = members[0]
    return EtcdServers(
        urls=tuple(f"{one.scheme}://{one.netloc.rpartition('@')[2]}" for one in members),
        user=unquote(first.username) if first.username else None,
        password=unquote(first.password or "") if first.username else None,
        ca_file=files.get("cacert"),
        cert_file=files.get("cert"),
        key_file=files.get("key"),
    )


def licence_of(name: str, text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9.-]{1,60}|https://[!-~]+", text):
        raise SettingsError(
            f"{name} must be an SPDX identifier like CC-BY-4.0, or the https:// address of a licence's text"
        )
    return text


def server_of(name: str, text: str, schemes: tuple[str, ...], example: str) -> str | None:
    if not text:
        return None
    parts = split_address(name, text, example)
    if parts.scheme not in schemes or not parts.hostname:
        raise SettingsError(f"{name} must be like {example}, or unset")
    return text


def timestamps_of(name: str, text: str) -> tuple[str, ...]:
    """Addresses of authorities for time stamps. Their answers are signed, so that http serves as well."""
    found = tuple(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for url in found:
        if len(url) > 200:
            raise SettingsError(f"{name} takes addresses of at most 200 characters")
        server_of(name, url, ("https", "http"), "https://tsa.example.org/tsr")
    return found


def one_host_each(text: str) -> str:
    """`//user@a:1,b:2/name`, as libpq writes several servers, in the way of the driver: `//user@/name?host=a:1&host=b:2`."""
    found = re.fullmatch(r"(postgresql\+psycopg://(?:[^@/?]*@)?)([^@/?]+,[^@/?]+)(/[^?]*)?(?:\?(.*))?", text)
    if found is None:
        return text
    hosts = "&".join(f"host={host}" for host in found[2].split(","))
    return f"{found[1]}{found[3] or '/'}?{hosts}" + (f"&{found[4]}" if found[4] else "")


def database_url_of(text: str, home: Path, name: str = "REGISTRY_DATABASE_URL") -> str:
    if not text:
        return f"sqlite:///{home / 'registry.sqlite3'}"
    example = "postgresql+psycopg://user:password@host/registry"
    text = one_host_each(text)
    scheme = split_address(name, text, example).scheme
    if scheme in ("postgres", "postgresql"):
        raise SettingsError(f"{name} must name its driver: write it like {example}")
    if scheme == "sqlite":
        if not re.fullmatch(r"sqlite:///[^?:]+", text):
            raise SettingsError(f"{name} for SQLite must be sqlite:/// and the path of a file")
        return text
    if scheme != "postgresql+psycopg":
        raise SettingsError(f"{name} must be like {example}, or unset for a SQLite file in REGISTRY_HOME")
    return text


def read_url_of(given: Mapping[str, str], home: Path) -> str | None:
    text = given["REGISTRY_DATABASE_READ_URL"]
    if not text:
        return None
    url = database_url_of(text, home, "REGISTRY_DATABASE_READ_URL")
    if url.startswith("sqlite") or not given["REGISTRY_DATABASE_URL"].startswith("postgresql"):
        raise SettingsError(
            "REGISTRY_DATABASE_READ_URL is a standby's of PostgreSQL: set REGISTRY_DATABASE_URL to its primary, or unset it"
        )
    return url


def console_url_of(given: Mapping[str, str]) -> str | None:
    text = given["REGISTRY_CONSOLE_URL"]
    if not text:
        return None
    if not given["REGISTRY_URL"]:
        raise SettingsError(
            "REGISTRY_CONSOLE_URL is the console's own address beside the public one: set REGISTRY_URL too"
        )
    url = public_url_of("REGISTRY_CONSOLE_URL", text)
    if urlsplit(url).netloc == urlsplit(public_url_of("REGISTRY_URL", given["REGISTRY_URL"])).netloc:
        raise SettingsError("REGISTRY_CONSOLE_URL must have another host than REGISTRY_URL, or be unset")
    return url


def public_url_of(name: str, text: str) -> str:
    example = "https://registry.example.org"
    parts = split_address(name, text, example)
    is_plain = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not parts.hostname or not is_plain or not text.isascii():
        raise SettingsError(f"{name} must be scheme and host alone, like {example} (a name in punycode if need be)")
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    default_port = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if parts.port in (None, default_port) else f":{parts.port}")
