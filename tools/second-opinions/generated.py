"""Reads an answer of a newer registry with generated clients, in Python and Go: `python generated.py DESCRIPTION ANSWER FOLDER`.

ANSWER is an answer of verify that says `no`. A reason code, a status and a field that no description knows are put into it;
a client must read the verdict all the same.
"""

import importlib
import json
import os
import shutil
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
    "openapi-generator, go": [
        *("openapi-generator-cli", "generate", "-g", "go", "-i", "{description}", "-o", "{folder}/src/goclient"),
        # Constants of two sets may have one name, and a field that came later is no error: docs/users/compatibility.md.
        *("--package-name", "goclient", "--additional-properties"),
        "withGoMod=false,enumClassPrefix=true,disallowAdditionalPropertiesIfNotPresent=false",
    ],
}
TEXTS = ("dc+sd-jwt", "statuslist+jwt", "registry-receipt+jwt", "atom+xml")


def main(description: str, answer: str, into: str) -> int:
    folder = str(Path(into).resolve())
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
    agreed.append(read_in_go(folder, stated))
    return 0 if all(agreed) else 1


def read_in_go(folder: str, stated: dict[str, Any]) -> bool:
    """Whether the client in Go compiles, and a program that uses it reads the answer."""
    newer = Path(folder, "newer.json")
    newer.write_text(json.dumps(stated), encoding="utf-8")
    reader = Path(folder, "src", "generated")
    reader.mkdir()
    shutil.copyfile(Path(__file__).with_name("generated.go"), reader / "generated.go")
    go = os.environ | {"GO111MODULE": "off", "GOPATH": f"{folder}:/usr/share/gocode", "GOPROXY": "off", "GOFLAGS": ""}
    command = ["go", "run", ".", newer]
    done = subprocess.run(command, cwd=reader, env=go, capture_output=True, text=True)
    if done.stdout != f'no "{NEW}"\n':
        print(f"{done.stdout}{done.stderr}")
    return opinion("openapi-generator, go", done.stdout == f'no "{NEW}"\n')


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
    return opinion(name, is_so)


def opinion(name: str, is_so: bool) -> bool:
    print(
        f"{'agrees    ' if is_so else 'DISAGREES '} {name}: the verdict is read beside a reason code that it does not know"
    )
    return is_so


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
