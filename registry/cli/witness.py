"""`registry witness`: cosign the heads of other logs, so that no reader can be shown a separate history."""

from pathlib import Path

import click

from registry.core.clock import instant_text, now
from registry.core.errors import BadProof, KeyTrouble, SettingsError
from registry.core.keyring import Keyring, Use
from registry.log.note import read_vkey
from registry.log.witnesses.server import Witness, server_for


@click.command(
    epilog="\b\nExamples:\n"
    "  registry witness --folder w1 --name witness.example/w1 --log 'registry.example/log+6c1c1a9c+AV...'\n"
    "  registry witness --folder w1 --name witness.example/w1 --print-key\n"
    "\n\b\nIts key goes into the policy of the log (registry log witnesses --set), for example:\n"
    "  witness w1 witness.example/w1+...  https://witness.example\n"
    "  quorum w1"
)
@click.option(
    "--folder",
    required=True,
    type=click.Path(file_okay=False, path_type=Path),
    help="Its key and state; made if absent.",
)
@click.option("--name", required=True, help="Its name: an address without scheme, like witness.example/w1.")
@click.option("--log", "logs", multiple=True, help="Verifier key of a log, as /log/vkey gives it; may be repeated.")
@click.option("--address", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8100, show_default=True, help="Port; 0 for any free one."
)
@click.option("--print-key", is_flag=True, help="Print the witness's own verifier key, and end.")
def witness(folder: Path, name: str, logs: tuple[str, ...], address: str, port: int, print_key: bool) -> None:
    """Serve a witness: it signs each head of the logs it was told of that follows from the last it saw.

    Run it where the log's operator has no say. Never start a second one with a copy of the same folder.
    """
    if not logs and not print_key:
        raise KeyTrouble("name at least one log: --log with a line of its /log/vkey")
    try:
        keys = [read_vkey(text) for text in logs]
    except BadProof as wrong:
        raise KeyTrouble(f"--log: {wrong.text}") from None
    keyring = Keyring(folder / "keys")
    with keyring.alone():
        if not keyring.keys(Use.LOG):
            keyring.make(Use.LOG, instant_text(now()))
    serving = Witness(name, keyring.signer(Use.LOG), keys, folder)
    if print_key:
        click.echo(str(serving.key))
        return
    try:
        server = server_for(serving, address, port)
    except OSError as error:
        raise SettingsError(
            f"--port: cannot listen on {address}:{port} ({error.strerror}); stop what is there, or choose another"
        ) from None
    with serving.alone(), server:
        click.echo(f"Witness {serving.key}")
        click.echo(f"on http://{address}:{server.server_port}/add-checkpoint")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("Stopped.")
