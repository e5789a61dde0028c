"""A client generated from the committed document, to be imported by tests."""

import importlib
import subprocess
import sys
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]

PACKAGE = "generated_registry_client"

SETTINGS = """\
post_hooks: []
content_type_overrides:
  application/dc+sd-jwt: text/plain
  application/statuslist+jwt: text/plain
  application/registry-receipt+jwt: text/plain
  application/jwk-set+json: application/json
  application/atom+xml: text/plain
  application/jose: text/plain
  application/oauth-authz-req+jwt: text/plain
  application/jsonl: application/octet-stream
  text/csv: application/octet-stream
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
"""
"""Settings of the generator: signed tokens are text, and lists are files."""


def generate(folder: Path) -> None:
    folder.mkdir()
    settings = folder / "settings.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    subprocess.run(
        [
            *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
            *("--path", str(ROOT / "openapi" / "openapi.json"), "--output-path", str(folder / PACKAGE)),
            *("--config", str(settings)),
        ],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
    )


def part(package: str, name: str) -> ModuleType:
    return importlib.import_module(f"{package}.{name}")
