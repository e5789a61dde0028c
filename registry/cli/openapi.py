"""`registry openapi`: the API's document as a file, for those who read it without a server."""

import json
from pathlib import Path

import click


@click.command()
@click.option(
    "--output",
    default="openapi/openapi.json",
    show_default=True,
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write; - for standard output.",
)
@click.option(
    "--audience",
    type=click.Choice(["public", "organisations", "complaints", "officers"]),
    help="Only the operations of one audience, with --output.",
)
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when the file differs.")
def openapi(output: str, audience: str | None, check: bool) -> None:
    """Write the OpenAPI 3.1 document of the API."""
    from registry.api.openapi.audiences import Audience, part_of
    from registry.api.openapi.document import document

    whole = document()
    written = whole if audience is None else part_of(whole, Audience(audience))
    text = json.dumps(written, ensure_ascii=False, indent=2) + "\n"
    if output == "-":
        click.echo(text, nl=False)
        return
    target = Path(output)
    if check:
        if not target.exists() or target.read_text(encoding="utf-8") != text:
            click.echo(f"registry: {target} is not what the code would write: run `registry openapi`", err=True)
            raise SystemExit(1)
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(text, encoding="utf-8")
    click.echo(f"Wrote {target}.")
