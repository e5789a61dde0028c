"""Every setting: its name, default, the need it serves, and what it means. docs/operators/settings.md is written from it."""

from enum import Enum
from typing import NamedTuple


class Need(Enum):
    """For what an operator sets it: the heading and the first sentence of a part of the page."""

    START = (
        "One machine",
        "Nothing has to be set to try the registry. A production server sets `REGISTRY_HOME`, `REGISTRY_DATABASE_URL` and "
        "`REGISTRY_URL`, and names its edges.",
    )
    SAFETY = (
        "Safety and limits",
        "What is believed of a request, how much one client may ask, and what production refuses to run without.",
    )
    MAIL = ("Mail and notices", "Without a mail server, mails lie as `.eml` files in `REGISTRY_HOME/mail`.")
    MACHINES = (
        "Several machines",
        "Where one process is no longer enough: shared limits, files in an object store, a standby that is read, and which "
        "machine signs the log. [Several machines](machines.md) says how the parts fit together.",
    )
    PUBLISHING = ("What is published", "Said to everybody, or open to programs.")
    WALLETS = (
        "Credentials for wallets",
        "Licences and staff cards in wallets, off unless switched on. [Wallets](wallets.md) says what a real wallet asks for.",
    )


class Setting(NamedTuple):
    """One variable of the environment. `default` is the text that an unset variable counts as; `shown` words it if it is none."""

    name: str
    need: Need
    meaning: str
    default: str = ""
    shown: str = ""


SETTINGS: tuple[Setting, ...] = (
    Setting("PORT", Need.START, "where `registry serve` listens", "8000"),
    Setting(
        "REGISTRY_ADDRESS",
        Need.START,
        "address on which `registry serve` and `registry stream` listen; `0.0.0.0` for all",
        "127.0.0.1",
    ),
    Setting(
        "REGISTRY_TLS",
        Need.MACHINES,
        "PEM file with the certificate, its chain and its key, with which `registry serve`, `stream` and `mcp --http` speak TLS "
        "to a balancer on another machine",
        shown="unset: plain HTTP",
    ),
    Setting("REGISTRY_HOME", Need.START, "data folder, created with mode 0700", "var"),
    Setting(
        "REGISTRY_DATABASE_URL",
        Need.START,
        "`postgresql+psycopg://...`, PostgreSQL 15 or newer, in production",
        shown="SQLite in the data folder",
    ),
    Setting(
        "REGISTRY_URL",
        Need.START,
        "public address; requests for another host are refused",
        shown="`http://127.0.0.1:PORT`",
    ),
    Setting(
        "REGISTRY_EDGES",
        Need.START,
        "which edges this process serves; `console` for officers is closed unless named",
        "api,public,intake",
    ),
    Setting(
        "REGISTRY_CONSOLE_URL",
        Need.START,
        "address of a host of its own for the console, which is then served on no other",
        shown="unset: the console is at `/console` of the public address",
    ),
    Setting(
        "REGISTRY_INTAKE_ELSEWHERE",
        Need.START,
        "on where another process serves the intake under the same address, so that pages link to it",
        "off",
    ),
    Setting(
        "REGISTRY_THREADS",
        Need.START,
        "threads of a process that answer; one is taken when a request is here as a whole. A quarter answers lookups alone",
        "8",
    ),
    Setting(
        "REGISTRY_CONNECTIONS",
        Need.START,
        "connections that a process holds at a time; fewer where the system gives fewer descriptors",
        "4096",
    ),
    Setting(
        "REGISTRY_DRAIN_SECONDS",
        Need.START,
        "how long a server that got SIGTERM says on `/ready` that it is not ready before it closes",
        "0",
    ),
    Setting(
        "REGISTRY_SANDBOX",
        Need.START,
        "whether test keys see an invented registry in `REGISTRY_HOME/sandbox`, made when one is first used; or the address "
        "of the server that has it",
        "on",
    ),
    Setting(
        "REGISTRY_TRUSTED_PROXIES",
        Need.SAFETY,
        "proxies whose `X-Forwarded-*` headers are trusted",
        shown="none",
    ),
    Setting("REGISTRY_RATE", Need.SAFETY, "requests a client may make in a minute", "600"),
    Setting(
        "REGISTRY_ORGANISATION_RATE",
        Need.SAFETY,
        "requests the keys of one organisation may make together in a minute",
        "6000",
    ),
    Setting(
        "REGISTRY_BODY_SECONDS",
        Need.SAFETY,
        "how long a body may bring nothing; after as long it must have come at 1 KB a second",
        "20",
    ),
    Setting(
        "REGISTRY_DATABASE_SECONDS",
        Need.SAFETY,
        "how long a request waits for one statement, lock or answer of PostgreSQL; 0 for no limit. `options` in the address "
        "count more",
        "5",
    ),
    Setting(
        "REGISTRY_CLAMD",
        Need.SAFETY,
        "ClamAV's clamd, asked about attachments before they are copied: `unix:/run/clamav/clamd.ctl` or `tcp://host:3310`",
        shown="none",
    ),
    Setting(
        "REGISTRY_TRANSLATOR",
        Need.SAFETY,
        "a LibreTranslate server of your own, for officers who read a case by machine: `http://127.0.0.1:5000`",
        shown="none",
    ),
    Setting(
        "REGISTRY_TRANSLATOR_OUTSIDE",
        Need.SAFETY,
        "whether that server may have a public address: what complainants wrote then leaves your network",
        "off",
    ),
    Setting(
        "REGISTRY_REQUIRES",
        Need.SAFETY,
        "what production demands: `standby` (a synchronous one), `quorum` (of witnesses), `guard` (of the log), or several with "
        "commas",
        shown="nothing",
    ),
    Setting(
        "REGISTRY_UNSAFE_WEBHOOKS",
        Need.SAFETY,
        "on lets webhooks call http and this machine's own network: for tests and demonstrations; refused where "
        "`REGISTRY_URL` is https",
        "off",
    ),
    Setting(
        "REGISTRY_SMTP_URL",
        Need.MAIL,
        "`smtp://user:password@host:587`",
        shown="unset: mail is written as `.eml` files",
    ),
    Setting(
        "REGISTRY_NTFY_URL",
        Need.MAIL,
        "`https://:token@ntfy.example`: officers may choose to be told there",
        shown="unset: officers are told by mail alone",
    ),
    Setting(
        "REGISTRY_MATRIX_URL",
        Need.MAIL,
        "`https://:token@matrix.example`: officers may choose to be told there",
        shown="unset: officers are told by mail alone",
    ),
    Setting(
        "REGISTRY_REDIS_URL",
        Need.MACHINES,
        "shared request limits for more than one process",
        shown="unset: counted per process",
    ),
    Setting(
        "REGISTRY_FILES",
        Need.MACHINES,
        "where encrypted attachments are stored: a folder, or `s3://bucket/prefix`",
        shown="`files` in the data folder",
    ),
    Setting(
        "REGISTRY_S3_ENDPOINT",
        Need.MACHINES,
        "address of another S3 store, like `https://s3.example.org`",
        shown="Amazon's",
    ),
    Setting("REGISTRY_S3_REGION", Need.MACHINES, "its region", shown="`us-east-1`"),
    Setting(
        "REGISTRY_S3_KEY", Need.MACHINES, "access key, with its secret or not at all", shown="the machine's own role"
    ),
    Setting("REGISTRY_S3_SECRET", Need.MACHINES, "secret of the access key", shown="the machine's own role"),
    Setting(
        "REGISTRY_DATABASE_READ_URL",
        Need.MACHINES,
        "a standby for lookups, public pages and the log, read while the primary waits for it",
        shown="unset",
    ),
    Setting(
        "REGISTRY_READ_SECONDS",
        Need.MACHINES,
        "how long the standby is read after the primary was seen last",
        "10",
    ),
    Setting("REGISTRY_SIGNS", Need.MACHINES, "off where another `REGISTRY_HOME` signs the log", "on"),
    Setting(
        "REGISTRY_LOG_GUARD",
        Need.MACHINES,
        "`etcd:URL,URL,URL` where an etcd shall remember which head was signed last, and not the bucket of `REGISTRY_FILES`; "
        "`witness:NAME` where that witness of the policy has each head first ([log](log.md)); off where not even the bucket "
        "shall remember",
        shown="on",
    ),
    Setting(
        "REGISTRY_TIMESTAMPS",
        Need.PUBLISHING,
        "addresses of authorities (RFC 3161), with commas between, that stamp heads of the log and archived receipts "
        "([how](log.md#time-stamps)); their roots lie in `REGISTRY_HOME/timestamp-roots.pem`",
        shown="none",
    ),
    Setting(
        "REGISTRY_SEAL_TIMESTAMP",
        Need.PUBLISHING,
        "address of the authority (RFC 3161) that stamps the operator's [seal](log.md#time-stamps) on papers with the time",
        shown="none",
    ),
    Setting("REGISTRY_METRICS", Need.PUBLISHING, "`/metrics` for Prometheus", "off"),
    Setting(
        "REGISTRY_TRACES_URL",
        Need.PUBLISHING,
        "a collector of OpenTelemetry that is sent [traces](operations.md#traces): `http://127.0.0.1:4318`; needs the extra "
        "`traces`",
        shown="none",
    ),
    Setting(
        "REGISTRY_MCP_HOSTS",
        Need.PUBLISHING,
        "hosts that [agents](../users/agents.md) may name in `registry mcp --http`, beside this machine's own and that of "
        "`REGISTRY_URL`",
        shown="none",
    ),
    Setting(
        "REGISTRY_SECURITY_CONTACT",
        Need.PUBLISHING,
        "`mailto:` or `https:` address for reports of weaknesses, in `/.well-known/security.txt`",
        shown="none",
    ),
    Setting(
        "REGISTRY_DATA_LICENCE",
        Need.PUBLISHING,
        "SPDX identifier or `https:` address of the licence of the [open dataset](../users/dataset.md)",
        "CC-BY-4.0",
    ),
    Setting(
        "REGISTRY_DATASETS_A_DAY",
        Need.PUBLISHING,
        "how many snapshots of the open dataset the worker writes in a day, 1 to 3, at equal distances from midnight UTC",
        "1",
    ),
    Setting("REGISTRY_WALLETS", Need.WALLETS, "on issues licences and staff cards to wallets", "off"),
    Setting(
        "REGISTRY_OPERATOR",
        Need.WALLETS,
        "who runs the registry, named in certificates of keys that are made from then on: `Ministry of Labour; IT; "
        "GOVIT-12345678` (name, country, identifier as EN 319 412-1 has it)",
        shown="unset: certificates name no one",
    ),
    Setting(
        "REGISTRY_PUBLIC_BODY",
        Need.WALLETS,
        "on where the operator is a public body, so that a licence says that such a one issued it (`urn:etsi:esi:eaa:eu:pub`)",
        "off",
    ),
    Setting(
        "REGISTRY_WALLET_PROVIDERS",
        Need.WALLETS,
        "files with commas between: roots of wallet providers (PEM), or lists of them (ETSI TS 119 602, signed). Other wallets "
        "are refused",
        shown="none: every wallet is refused",
    ),
    Setting(
        "REGISTRY_WALLET_LIST_SIGNERS",
        Need.WALLETS,
        "file of the certificates (PEM) that sign those lists",
        shown="none",
    ),
    Setting(
        "REGISTRY_WALLET_ACCESS",
        Need.WALLETS,
        "file with the key and the chain (PEM, mode 0600) of the access certificate that signs what wallets are told of the "
        "registry",
        shown="the registry's own credential key",
    ),
    Setting(
        "REGISTRY_WALLET_REGISTRATION",
        Need.WALLETS,
        "file with the registration certificate (a JWT), which wallets are told",
        shown="none",
    ),
)

NAMES = tuple(setting.name for setting in SETTINGS)
DEFAULTS = {setting.name: setting.default for setting in SETTINGS}
