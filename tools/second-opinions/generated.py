"""Reads an answer of a newer registry with two generated clients: `python generated.py DESCRIPTION ANSWER FOLDER`.

ANSWER is an answer of verify that says `no`. A reason code, a status and a field that no description knows are put into it;
a client must read the verdict all the same.
"""

import importlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

NEW = "licence_frozen_by_court"

GENERATORS = {
    "openapi-python-client": [
        *("openapi-python-client", "generate", "--meta", "none", "--overwrite"),
        *("--path", "{description}", "--output-path", "{folder}/attrs_client", "--config", "{folder}/settings.json"),
    ],
    "openapi-generator": [
        *("openapi-generator-cli", "generate", "-g", "python", "-i", "{description}", "-o", "{folder}"),
        *("--package-name", "pydantic_client"),
    ],
}
TEXTS = ("dc+sd-jwt", "statuslist+jwt", "registry-receipt+jwt", "atom+xml")


def main(description: str, answer: str, folder: str) -> int:
    overrides = dict.fromkeys((f"application/{name}" for name in TEXTS), "text/plain")
    overrides["application/jwk-set+json"] = "application/json"
    settings = {"post_hooks": [], "content_type_overrides": overrides}
    Path(folder, "settings.json").write_text(json.dumps(settings), encoding="utf-8")
    for name, command in GENERATORS.items():
        words = [word.format(description=description, folder=folder) for word in command]
        made = subprocess.run([Path(sys.executable).with_name(words[0]), *words[1:]], capture_output=True, text=True)
        if made.returncode:
            print(f"DISAGREES  {name}: no client can be made:\n{made.stdout}{made.stderr}")
            return 1
    sys.path.insert(0, folder)
    stated = json.loads(Path(answer).read_text(encoding="utf-8"))
    stated["reasons"][0]["code"] = stated["licence"]["status"] = NEW
    stated["a_new_field"] = NEW
    agreed = [
        said(name, part(package, "models.verdict"), stated)
        for name, package in (("openapi-python-client", "attrs_client"), ("openapi-generator", "pydantic_client"))
    ]
    return 0 if all(agreed) else 1


def part(package: str, name: str) -> Any:
    return importlib.import_module(f"{package}.{name}")


def said(name: str, module: Any, stated: dict[str, Any]) -> bool:
    """Whether the client's own class of a verdict reads it."""
    try:
        verdict = module.Verdict.from_dict(json.loads(json.dumps(stated)))
        code = verdict.reasons[0].code
        is_so = (verdict.verdict.value, getattr(code, "actual_instance", code)) == ("no", NEW)
    except (ValueError, TypeError) as error:
        print(error)
        is_so = False
    print(
        f"{'agrees    ' if is_so else 'DISAGREES '} {name}: the verdict is read beside a reason code that it does not know"
    )
    return is_so


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
