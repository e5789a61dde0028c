"""`registry openapi`: the API's document as a file, for those who read it without a server, and beside it as a collection."""

import json
import sys
from pathlib import Path

import click

COLLECTION = "postman_collection.json"
BRUNO = "bruno"


@click.command(
    epilog="\b\nExamples:\n  registry openapi                    writes openapi/openapi.json and the collection beside it\n"
    "  registry openapi --check            says whether those files are what the code would write\n"
    "  registry openapi --output -         prints the document"
)
@click.option(
    "--output",
    default="openapi/openapi.json",
    show_default=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write; - for standard output.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file differs.")
def openapi(output: str, check: bool) -> None:
    """Write the OpenAPI 3.1 document of the API, and a Postman collection and a Bruno folder made from it."""
    from registry.api.openapi.bruno import folder_of
    from registry.api.openapi.document import document
    from registry.api.openapi.postman import collection

    found = document()
    if output == "-":
        click.echo(_text(found), nl=False)
        return
    target = Path(output)
    requested, folder = collection(found), target.with_name(BRUNO)
    files = {target: _text(found), target.with_name(COLLECTION): _text(requested)}
    files |= {folder / name: text for name, text in folder_of(requested).items()}
    # What the API has no more is no request of the folder.
    over = [path for path in folder.rglob("*.bru") if path not in files]
    if check:
        for path, text in files.items():
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                click.echo(f"registry: {path} is not what the code would write: run `registry openapi`", err=True)
                sys.exit(1)
        if over:
            click.echo(f"registry: {over[0]} is of no request any more: run `registry openapi`", err=True)
            sys.exit(1)
        return
    for path, text in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    for path in over:
        path.unlink()
    click.echo(f"Wrote {target}, {target.with_name(COLLECTION)} and {folder}.")


def _text(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
