"""Reads an answer of a newer registry with clients that four generators made, in Python, Go and TypeScript:
`python generated.py DESCRIPTION ANSWER FOLDER TYPESCRIPT`.

ANSWER is an answer of verify that says `no`. A reason code, a status and a field that no description knows are put into it;
a client must compile and read the verdict all the same. TYPESCRIPT is a folder in which a compiler of it is installed.
"""

import importlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
NEW = "licence_frozen_by_court"
READ = f'no "{NEW}"\n'
"""What a reader prints: the verdict, and the code that it does not know."""

FOR_TYPESCRIPT = ("openapi-typescript@7.13.0", "@hey-api/openapi-ts@0.95.0", "zod@4.6.7")
"""Two generators, and what checks by the second one's rules; both take the oldest Node that our own client takes."""


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


def main(description: str, answer: str, into: str, typescript: str) -> int:
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
    newer = Path(folder, "newer.json")
    newer.write_text(json.dumps(stated), encoding="utf-8")
    agreed = [
        said(name, part(package, "models.verdict"), stated)
        for name, package in (("openapi-python-client", "attrs_client"), ("openapi-generator", "pydantic_client"))
    ]
    agreed.append(opinion("openapi-generator, go", read_in_go(folder, newer) == READ))
    printed = read_in_typescript(Path(typescript), description, newer)
    agreed += [opinion(name, f"{name} {READ}" in printed) for name in ("openapi-typescript", "hey-api")]
    return 0 if all(agreed) else 1


def read_in_go(folder: str, newer: Path) -> str:
    """What a program prints that is compiled with the client in Go."""
    reader = Path(folder, "src", "generated")
    reader.mkdir()
    shutil.copyfile(HERE / "generated.go", reader / "generated.go")
    go = os.environ | {"GO111MODULE": "off", "GOPATH": f"{folder}:/usr/share/gocode", "GOPROXY": "off", "GOFLAGS": ""}
    return printed_by([["go", "run", ".", newer]], reader, go)


def read_in_typescript(folder: Path, description: str, newer: Path) -> str:
    """What a program prints that is compiled with the types of one generator and the validator of another."""
    made = folder / "generated"
    made.mkdir()
    shutil.copyfile(HERE / "generated.ts", made / "generated.ts")
    flags = ["--strict", "--skipLibCheck", "--target", "ES2022", "--module", "NodeNext", "--types", "node"]
    return printed_by(
        [
            ["npm", "install", "--no-save", "--no-audit", "--no-fund", "--ignore-scripts", "--silent", *FOR_TYPESCRIPT],
            ["npx", "openapi-typescript", description, "--output", made / "openapi-typescript.ts"],
            ["npx", "openapi-ts", "-i", description, "-o", made / "hey-api", "-p", "@hey-api/typescript", "zod"],
            ["npx", "tsc", *flags, "--outDir", made / "build", made / "generated.ts"],
            ["node", made / "build" / "generated.js", newer],
        ],
        folder,
    )


def printed_by(commands: list[list[Any]], folder: Path, environment: dict[str, str] | None = None) -> str:
    """What the last of these commands prints; nothing, with why, where one of them fails."""
    done = None
    for command in commands:
        done = subprocess.run(list(map(str, command)), cwd=folder, env=environment, capture_output=True, text=True)
        if done.returncode:
            print(f"{' '.join(map(str, command))}:\n{done.stdout}{done.stderr}")
            return ""
    return done.stdout if done is not None else ""


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
