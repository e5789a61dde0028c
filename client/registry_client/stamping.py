"""`stamp`: a time-stamp authority of the holder's choice says that a file, such as a receipt, exists now (RFC 3161).

When a receipt was signed is the registry's own word. The answer that is kept beside it is somebody else's, and `openssl ts`
checks it too.
"""

import argparse
import json
from collections.abc import Callable, Sequence
from pathlib import Path

from cryptography.x509 import Certificate

from registry_client.strict import Refused, Unreadable, instant_text
from registry_client.timestamps import ask_stamp
from registry_client.verdicts import Finding, State
from registry_client.words import Words

EXAMPLES = """\
examples:
  {name} receipt.jwt --tsa https://tsa.example.org/tsr --timestamp-roots roots.pem
  openssl ts -verify -data receipt.jwt -in receipt.jwt.tsr -CAfile roots.pem
"""


def add_arguments(command: argparse.ArgumentParser) -> None:
    command.add_argument("file", metavar="FILE", help="what is to be stamped, as it is, to the last byte")
    command.add_argument("--tsa", metavar="URL", required=True, help="address of an authority (RFC 3161)")
    command.add_argument(
        "--timestamp-roots", metavar="FILE", required=True, help="certificates in PEM under which you believe it"
    )
    command.add_argument(
        "--output", metavar="FILE", help="where its answer is kept (FILE.tsr); nothing is written over"
    )


def run(
    options: argparse.Namespace,
    data: bytes,
    roots: Sequence[Certificate],
    write_new: Callable[[Path, bytes], None],
) -> int:
    """Ask, check, and keep the answer. Gives the exit code. Raises Unreachable, Unreadable."""
    if options.output is None and options.file == "-":
        raise Unreadable("--output FILE is needed where the file is read from standard input")
    try:
        token, stamp = ask_stamp(options.tsa, data, roots)
    except Refused as error:
        found = Finding(State.BAD, error.code, error.values)
    else:
        write_new(Path(options.output or f"{options.file}.tsr"), token)
        found = Finding(State.GOOD, "existed_before", {"at": instant_text(stamp.at), "authority": stamp.authority})
    text = Words(options.lang).finding(found)
    if options.json:
        print(json.dumps({"code": found.code, "values": dict(found.values), "text": text}, ensure_ascii=False))
    else:
        print(text)
    return 0 if found.state is State.GOOD else 1
