"""The words and fixed parts of the OpenAPI document: what holds for every operation, and the addresses not written from views."""

import tomllib
from importlib.resources import files
from typing import Any

from registry.dataset.descriptions import CSVM, LD_JSON
from registry.dataset.formats import CSV, FTM, JSONL, PARQUET
from registry.officer_acts.permissions import ViewPolicy
from registry.officers.rights import REACH, RIGHTS, Reach, Role
from registry.vocabulary.cases import ConsentKind
from registry.vocabulary.organisations import ResultForm, Scope
from schemas import open_data
from schemas.base import OutSchema
from schemas.verify import SUBJECTS


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(files("registry.api.openapi").joinpath(name).read_text(encoding="utf-8"))


_TEXTS, _OPERATIONS = _read("texts.toml"), _read("operations.toml")

TAGS: dict[str, str] = _TEXTS["tags"]
"""What each group of operations is, in the order of the document."""

DESCRIPTION = """Public, free, without a key. `yes`, `no` and `unknown` are answers to exactly what was asked; `unknown` is
never a `yes`. Every reason has a code for programs and a text in the language that `Accept-Language` asks for (zh-Hans,
zh-Hant, en, it, fr, ro). The same question gives the same bytes and ETag until the answer itself changes. Unknown parameters are
errors. Nothing tells who asked before. Whatever is asked may be refused, as a problem, for what HTTP itself says: 406 where
`Accept-Encoding` allows no form that there is, 414 and 431 for an address or headers that are too long, 421 for another host."""

LICENCE = {"name": "Terms are set by the authority that runs the registry", "identifier": "LicenseRef-operator"}

STATUSES: dict[int, str] = {int(status): text for status, text in _TEXTS["statuses"].items()}

HEADERS: dict[str, dict[str, Any]] = _OPERATIONS["headers"]
ALWAYS = ("X-Request-Id", "API-Version", "RateLimit-Policy", "RateLimit")


def headers_of(*names: str) -> dict[str, dict[str, str]]:
    """Headers by name, each as the components describe it."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def not_modified() -> dict[str, Any]:
    """The answer to a caller who holds these very bytes."""
    return {"description": STATUSES[304], "headers": headers_of(*ALWAYS, "ETag", "Cache-Control", "Vary")}


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

DOCUMENTS: dict[str, type[OutSchema]] = {
    "/.well-known/registry-trust.json": open_data.TrustFileSchema,
    "/log/timestamps/{size}": open_data.TimestampsSchema,
    "/.well-known/jwks.json": open_data.KeySetSchema,
    "/.well-known/jwt-vc-issuer": open_data.IssuerSchema,
    "/vct/recruitment-licence/v1": open_data.CredentialTypeSchema,
    "/api/v1": open_data.ApiSchema,
    "/dataset": open_data.DatasetSchema,
    "/changes.json": open_data.ChangesSchema,
    "/ranges/current": open_data.RangesEpochSchema,
    "/ranges/file/{hash}": open_data.RangesFileSchema,
    "/ranges/{epoch}/{prefix}": open_data.RangesFileSchema,
}
"""What a program reads in the JSON of addresses that no view of Flask-RESTX serves, by path."""

WELL_KNOWN: dict[str, dict[str, Any]] = _OPERATIONS["well_known"]
"""What stands at fixed addresses beside the API, by path: operation, tag, words, media type, and statuses of its refusals."""

LOG: dict[str, dict[str, str]] = _OPERATIONS["log"]
"""Operation and summary of the log's addresses, by path."""

DATASET: dict[str, dict[str, str]] = _OPERATIONS["dataset"]
RANGES: dict[str, dict[str, str]] = _OPERATIONS["ranges"]
"""Operation, summary and media type of the addresses of the open dataset and of range files, by path."""

STREAMS: dict[str, dict[str, Any]] = _OPERATIONS["streams"]
"""The streams of events by path, each with an example, the statuses of its refusals and, if it needs a key, its scope."""

WALLET_DOCUMENTS: dict[str, dict[str, Any]] = _OPERATIONS["wallet_documents"]
"""What wallets read, by path."""

WALLET_ACTS: dict[str, dict[str, dict[str, Any]]] = _OPERATIONS["wallet_acts"]
"""What wallets do, by path and method."""

FILE_FORMS = (JSONL, CSV, PARQUET, FTM, CSVM, LD_JSON, "application/json", "text/plain")
"""Media types of the files of a snapshot: tables and entities, what describes them, the manifest and its signature."""

FILE_PARAMETERS: dict[str, dict[str, Any]] = _OPERATIONS["path_parameters"]
"""Parts of the paths of the log, the open dataset, range files and status lists, by name."""

CHANGES_FROM: dict[str, Any] = _OPERATIONS["changes_from"]

PARAMETERS: dict[str, dict[str, Any]] = _OPERATIONS["parameters"]
"""Headers that several operations take."""


def _part(description: str, **more: Any) -> dict[str, Any]:
    """A part of a path: what it is, and what its text must be."""
    return {"description": description, "schema": {"type": "string", **more}}


REFERENCE = _part(
    "Reference: twelve characters, the last a check character; hyphens and letter case do not matter.",
    pattern="^[2-9A-Za-z-]{12,14}$",
)
PATH_PARAMETERS: dict[str, dict[str, Any]] = {
    "kind": _part("Whom it is about.", enum=list(ConsentKind)),
    "form": _part("In which form.", enum=list(ResultForm)),
    "row": _part("The place of a row, from 0.", pattern="^[0-9]{1,7}$"),
    "event_id": _part("The id of an event.", pattern="^evt_[2-9A-Za-z-]{12,14}$"),
}
"""Parts of a path that are not references, by name."""

SCHEMES: dict[str, dict[str, str]] = _OPERATIONS["schemes"]
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


DELIVERY_HEADERS: dict[str, str] = _OPERATIONS["delivery_headers"]
