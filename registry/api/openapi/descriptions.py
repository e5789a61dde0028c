"""The words and fixed parts of the OpenAPI document: what holds for every operation, and the addresses not written from views."""

import tomllib
from importlib.resources import files
from typing import Any

from registry.api.api_keys import NEEDS_KEY
from registry.api.officers.guard import NEEDS_TOKEN
from registry.dataset.descriptions import CSVM, LD_JSON
from registry.dataset.formats import CSV, FTM, JSONL, PARQUET
from registry.http.request_reader import FILE_NAME, ONCE
from registry.officer_acts.acting import ViewPolicy
from registry.officers.rights import REACH, RIGHTS, Reach, Role
from registry.vocabulary.cases import ConsentKind
from registry.vocabulary.organisations import ResultForm, Scope
from schemas.base import OutSchema
from schemas.open_data import (
    ApiSchema,
    ChangesSchema,
    CredentialTypeSchema,
    DatasetSchema,
    IssuerSchema,
    KeySetSchema,
    RangesEpochSchema,
    RangesFileSchema,
    TimestampsSchema,
    TrustFileSchema,
)
from schemas.verify import SUBJECTS

_TEXTS = tomllib.loads(files("registry.api.openapi").joinpath("texts.toml").read_text(encoding="utf-8"))

TAGS: dict[str, str] = _TEXTS["tags"]
"""What each group of operations is, in the order of the document."""

DESCRIPTION = """Public, free, without a key. `yes`, `no` and `unknown` are answers to exactly what was asked; `unknown` is
never a `yes`. Every reason has a code for programs and a text in the language that `Accept-Language` asks for (zh-Hans,
zh-Hant, en, it, fr, ro). The same question gives the same bytes and ETag until the answer itself changes. Unknown parameters are
errors. Nothing tells who asked before. Whatever is asked may be refused, as a problem, for what HTTP itself says: 406 where
`Accept-Encoding` allows no form that there is, 414 and 431 for an address or headers that are too long, 421 for another host."""

LICENCE = {"name": "Terms are set by the authority that runs the registry", "identifier": "LicenseRef-operator"}

STATUSES: dict[int, str] = {int(status): text for status, text in _TEXTS["statuses"].items()}

HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "ETag": ("Strong; the same bytes have the same.", {"type": "string"}),
    "Cache-Control": ("How long the answer may be kept, at most 60 seconds.", {"type": "string"}),
    "Content-Language": (
        "Language of the texts; of a problem whose `detail` is said in English, `en` besides.",
        {"type": "string", "example": "zh-Hans, en"},
    ),
    "Vary": ("Accept-Language.", {"type": "string"}),
    "Location": ("Path at which what was made is read.", {"type": "string"}),
    "Link": ('RFC 8288: the next page, `rel="next"`.', {"type": "string"}),
    "Allow": ("The methods it takes.", {"type": "string"}),
    "Content-Range": ("Which bytes of how many these are; of a refusal, how many there are.", {"type": "string"}),
    "Content-Disposition": ("`attachment`, and a name.", {"type": "string"}),
    "Idempotent-Replayed": (
        "`true`: the request came before with this Idempotency-Key, and this is what was answered then.",
        {"type": "string", "enum": ["true"]},
    ),
    "Retry-After": ("Seconds to wait.", {"type": "integer", "minimum": 1}),
    "X-Request-Id": ("Name it when you ask us about this answer.", {"type": "string"}),
    "API-Version": ("Version of this description that the answer keeps to.", {"type": "string"}),
    "RateLimit-Policy": ("How many requests (`q`) are taken in how many seconds (`w`).", {"type": "string"}),
    "RateLimit": ("Requests left (`r`), and the seconds until all are there again (`t`).", {"type": "string"}),
}
ALWAYS = ("X-Request-Id", "API-Version", "RateLimit-Policy", "RateLimit")

TOGETHER = {
    # "Exactly one subject" is said in words: as `oneOf` it would take the fields' types from generated clients.
    "description": f"A question with exactly one of {', '.join(SUBJECTS)}, and what the recruiting is for. An identifier may be "
    "said as `scheme` and `value` in place of the field of its scheme.",
    "minProperties": 1,
    "dependentRequired": {
        "registration_number": ["country"],
        "scheme": ["value"],
        "value": ["scheme"],
        "authority": ["licence_number"],
        "nace_revision": ["sector"],
    },
}
"""What binds the fields of a question together."""

_RAW = "application/octet-stream"

DOCUMENTS: dict[str, type[OutSchema]] = {
    "/.well-known/registry-trust.json": TrustFileSchema,
    "/log/timestamps/{size}": TimestampsSchema,
    "/.well-known/jwks.json": KeySetSchema,
    "/.well-known/jwt-vc-issuer": IssuerSchema,
    "/vct/recruitment-licence/v1": CredentialTypeSchema,
    "/api/v1": ApiSchema,
    "/dataset": DatasetSchema,
    "/changes.json": ChangesSchema,
    "/ranges/current": RangesEpochSchema,
    "/ranges/file/{hash}": RangesFileSchema,
    "/ranges/{epoch}/{prefix}": RangesFileSchema,
}
"""What a program reads in the JSON of addresses that no view of Flask-RESTX serves, by path."""

LOG = {
    "/log/checkpoint": (
        "getCheckpoint",
        "Read the newest head of the log: a signed note, with the witnesses' signatures.",
    ),
    "/log/proof/{index}": ("getProof", "Read the proof that an entry stands in the log, under its newest head."),
    "/log/vkey": ("getVerifierKeys", "Read the keys that heads verify with, one a line, the active first."),
    "/log/policy": ("getPolicy", "Read which witnesses a head needs."),
    "/log/timestamps/sizes": (
        "getStampedSizes",
        "Read the sizes of the heads that an authority of others has stamped, one a line, the smallest first.",
    ),
    "/log/timestamps/{size}": (
        "getTimestamps",
        "Read the time stamps (RFC 3161) of the head of a size.",
    ),
    "/.well-known/registry-trust.json": ("getTrustFile", "Read the trust file, which offline verification needs."),
}
"""Path, operation and summary of the log's addresses."""

DATASET = {
    "/dataset": (
        "getDataset",
        "Read the manifest of the newest snapshot of the open dataset.",
        "application/json",
    ),
    "/dataset/catalog.jsonld": (
        "getDatasetCatalogue",
        "Read the description of the newest snapshot for catalogues, DCAT-AP 3.",
        "application/ld+json",
    ),
    "/dataset/deltas/{delta}": (
        "getDatasetDelta",
        "Read what changed from one snapshot to the next.",
        "application/jsonl",
    ),
    "/dataset/{snapshot}/{file}": (
        "getDatasetFile",
        "Read a file of a snapshot; its manifest names all of them.",
        _RAW,
    ),
    "/changes.json": (
        "getChanges",
        "Read what changed since an index of the log, as JSON Feed 1.1.",
        "application/feed+json",
    ),
    "/changes.atom": (
        "getChangesAsAtom",
        "Read what changed since an index of the log, as Atom.",
        "application/atom+xml",
    ),
}
"""Path, operation, summary and media type of the addresses of the open dataset and the feed of changes."""

RANGES = {
    "/ranges/current": (
        "getRangesEpoch",
        "Read the newest epoch of range files: its entry of the log, and the proof of it.",
        "application/json",
    ),
    "/ranges/tile/{hash}": ("getRangesTile", "Read the hashes one step below a subtree, by its root.", _RAW),
    "/ranges/file/{hash}": ("getRangesFile", "Read a range file by its leaf hash.", "application/json"),
    "/ranges/{epoch}/{prefix}": (
        "getRangesFileByPrefix",
        "Read the file of a prefix in the newest epoch, without a proof.",
        "application/json",
    ),
    "/ranges/ended/{epoch}": ("getRangesEnded", "Read which paths a cache should drop for an epoch.", "text/plain"),
}
"""Path, operation, summary and media type of the addresses of range files."""

FILE_FORMS = (JSONL, CSV, PARQUET, FTM, CSVM, LD_JSON, "application/json", "text/plain")
"""Media types of the files of a snapshot: tables and entities, what describes them, the manifest and its signature."""


def _in_path(name: str, description: str, pattern: str, example: str) -> dict[str, Any]:
    schema = {"type": "string", "pattern": pattern}
    return {
        "name": name, "in": "path", "required": True, "description": description, "schema": schema, "example": example,
    }  # fmt: skip


RANGE_PARAMETERS = {
    "hash": _in_path("hash", "SHA-256 as 64 hexadecimal digits in lower case.", "^[0-9a-f]{64}$", "0" * 64),
    "epoch": _in_path("epoch", "Number of the epoch.", "^[1-9][0-9]{0,8}$", "1"),
    "prefix": _in_path("prefix", "Number of the file in lower-case hexadecimal digits.", "^[0-9a-f]{1,6}$", "0"),
}

DATASET_PARAMETERS = {
    "snapshot": _in_path(
        "snapshot", "Name of a snapshot.", "^[0-9]{4}-[0-9]{2}-[0-9]{2}-[0-9]{1,18}$", "2026-11-28-42"
    ),
    "file": _in_path("file", "Name of a file, as the manifest has it.", "^[a-z][a-z0-9.-]{1,80}$", "licences.jsonl"),
    "delta": _in_path(
        "delta",
        "Name of a delta, as the manifest has it.",
        "^[0-9-]{12,64}[.]jsonl$",
        "2026-11-27-40--2026-11-28-42.jsonl",
    ),
}

CHANGES_FROM = {
    "name": "from",
    "in": "query",
    "required": False,
    "description": "Index of the first entry of the log that was not read yet: `log.size` of a snapshot's manifest, or "
    "`next_index` of the feed. Without it the newest come, the last first.",
    "schema": {"type": "integer", "minimum": 0},
}

_WHOLE = "^(0|[1-9][0-9]{0,17})$"

LOG_PARAMETERS = {
    "index": _in_path("index", "Index of the entry, from 0, without leading noughts.", _WHOLE, "0"),
    "size": _in_path("size", "How many entries the head is over, without leading noughts.", _WHOLE, "1"),
}

PARAMETERS: dict[str, dict[str, Any]] = {
    "AcceptLanguage": {
        "name": "Accept-Language",
        "description": "Language of the texts: zh-Hans, zh-Hant, en (else), it, fr, ro.",
        "schema": {"type": "string"},
        "example": "zh-Hans",
    },
    "IfNoneMatch": {
        "name": "If-None-Match",
        "description": "The ETag of an answer you hold: 304 if it still stands.",
        "schema": {"type": "string"},
    },
    "IfMatch": {
        "name": "If-Match",
        "required": True,
        "description": "The ETag of what you read, so that nothing is undone that you have not seen.",
        "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
        "example": '"3"',
    },
    "Once": {
        "name": ONCE,
        "description": "Of your choice, and not to be guessed; in quotes or without. The same request with the same key "
        "within a day is done once and answered alike, with `Idempotent-Replayed: true`. While the first is still running it is "
        "409, with `Retry-After`; another request with the key is 422.",
        "schema": {"type": "string", "pattern": '^(?:[A-Za-z0-9_-]{16,80}|"[A-Za-z0-9_-]{16,80}")$'},
        "example": "6f1d2c84-5b0e-4d7a-9a53-0c8e7f21b6d4",
    },
    "Range": {
        "name": "Range",
        "description": "Which bytes of the file (RFC 9110, 14.2), to go on with one that broke off: 206. With `If-Range`, the "
        "ETag of what is there already, the whole comes if it is another file by now.",
        "schema": {"type": "string"},
        "example": "bytes=1048576-",
    },
    "FileName": {
        "name": FILE_NAME,
        "description": "What the file is called, in UTF-8, percent-encoded. It is sealed, and only you and the officers see it.",
        "schema": {"type": "string", "maxLength": 1800},
        "example": "%E5%90%88%E5%90%8C.jpg",
    },
}
"""Headers that several operations take."""

REFERENCE = {
    "description": "Reference: twelve characters, the last a check character; hyphens and letter case do not matter.",
    "schema": {"type": "string", "pattern": "^[2-9A-Za-z-]{12,14}$"},
}
PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "kind": {"description": "Whom it is about.", "schema": {"type": "string", "enum": list(ConsentKind)}},
    "form": {"description": "In which form.", "schema": {"type": "string", "enum": list(ResultForm)}},
    "row": {
        "description": "The place of a row, from 0.",
        "schema": {"type": "string", "pattern": "^[0-9]{1,7}$"},
    },
    "event_id": {
        "description": "The id of an event.",
        "schema": {"type": "string", "pattern": "^evt_[2-9A-Za-z-]{12,14}$"},
    },
}
"""Parts of a path that are not references, by name."""

VISIT = "visit"
SCHEMES: dict[str, dict[str, str]] = {
    VISIT: {
        "type": "http",
        "scheme": "bearer",
        "description": "The token that `startComplaint` or `startVisit` gave. It ends after 30 minutes without a request.",
    },
    NEEDS_KEY: {
        "type": "http",
        "scheme": "bearer",
        "description": "A key of an organisation, which begins with `rrk_`. It opens what its scopes name. "
        "Send it in this header alone: in a URL it is refused.",
    },
    NEEDS_TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token that an officer made in the console. It permits what the officer may do that day.",
    },
}
"""What an operation may need besides its parameters."""

_WHOSE = {
    Reach.UNIT: "of one's own unit",
    Reach.AUTHORITY: "of one's own authority",
    Reach.ALL: "of any unit",
    Reach.SELF: "of one's own",
}


def allowed_to(policy: ViewPolicy) -> str:
    """The right and the roles that an operation needs, as the table of rights has them."""
    if policy.resource is None or policy.act is None:
        return ""
    roles = RIGHTS.get((policy.resource, policy.act), frozenset())
    who = "every officer" if roles == frozenset(Role) else ", ".join(role for role in Role if role in roles)
    return f"Right: `{policy.resource}` `{policy.act}`, {_WHOSE[REACH[policy.resource]]}. Roles: {who}."


def opened_by(scope: Scope) -> str:
    """The scope that an API key needs for an operation."""
    return f"Scope: `{scope}`."


def quicker_with(scope: Scope) -> str:
    """What an API key changes where none is needed."""
    return f"No key is needed. One of an organisation with the scope `{scope}` counts against the organisation's own limit."


DELIVERY_HEADERS = {
    "webhook-id": "The id of the event: the same however often it is sent. Act once on each.",
    "webhook-timestamp": "When this attempt was made, in seconds since 1970. Refuse what is more than five minutes off.",
    "webhook-signature": "`v1,` and the HMAC-SHA-256 of id, timestamp and body, as Standard Webhooks has it; two of them, with a "
    "space between, for a day after the secret was changed.",
}
