"""A small witness (C2SP tlog-witness): signs heads of logs it is configured for, each only if it follows from the last.

The last head is on the disk before the signature leaves: if we crash between the two, the log asks again and hears the
size.
"""

import binascii
import fcntl
import json
import re
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from registry.core.errors import BadProof, KeyTrouble
from registry.core.files import sync_folder, write_atomically
from registry.core.keyring import Signer
from registry.log import note, queries, tree

MAX_BYTES = 128 * 1024
MAX_PROOF = 63

PATIENCE = 10.0
"""Seconds a connection may be silent."""

_OLD = re.compile(r"old (0|[1-9][0-9]{0,17})")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: str
    media_type: str = "text/plain; charset=utf-8"


class Witness:
    """Signs for the logs of `keys`. `folder` holds the state of one witness; a second process there is refused."""

    def __init__(self, name: str, signer: Signer, keys: Sequence[note.VerifierKey], folder: Path) -> None:
        self.key = note.VerifierKey(note.checked_name(name), note.COSIGNATURE, queries.raw_public(signer.key.public))
        self._signer = signer
        self._keys = tuple(keys)
        self._path = folder / "state.json"
        self._lock = threading.Lock()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Lock this state: no other process may sign by it. The lock ends with the process, however it ends."""
        with (self._path.parent / ".lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise KeyTrouble(f"another witness runs with {self._path.parent}: stop it first") from None
            yield

    def add_checkpoint(self, body: str) -> Answer:
        """What `POST add-checkpoint` answers to a body."""
        try:
            old, proof, raw = _read_request(body)
            head = note.read_checkpoint(note.read_note(raw).text)
        except BadProof as wrong:
            return Answer(400, f"{wrong.text}\n")
        if not any(key.name == head.origin for key in self._keys):
            return Answer(404, "this witness does not know that log\n")
        try:
            note.verify_checkpoint(raw, self._keys)
        except BadProof as wrong:
            return Answer(403, f"{wrong.text}\n")
        if old > head.size:
            return Answer(400, "the old size is greater than that of the checkpoint\n")
        # Looking and writing must not be parted, or a slower request would turn the state back.
        with self._lock:
            return self._sign_or_refuse(old, proof, head)

    def _sign_or_refuse(self, old: int, proof: list[bytes], head: note.Checkpoint) -> Answer:
        state = self._read_state()
        size, root = state.get(head.origin, (0, tree.EMPTY_ROOT))
        if old != size or (old == head.size and root != head.root):
            return Answer(409, f"{size}\n", "text/x.tlog.size")
        try:
            tree.check_consistency(old, root, head.size, head.root, proof)
        except BadProof as wrong:
            return Answer(422, f"{wrong.text}\n")
        self._write_state({**state, head.origin: (head.size, head.root)})
        seconds = int(time.time())
        signature = self._signer.sign(note.cosigned_message(head.text(), seconds))
        return Answer(200, self.key.line(seconds.to_bytes(8, "big") + signature))

    def _read_state(self) -> dict[str, tuple[int, bytes]]:
        try:
            existing = json.loads(self._path.read_bytes())
            return {origin: (int(size), b64decode(root)) for origin, (size, root) in existing.items()}
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, AttributeError):
            raise KeyTrouble(f"{self._path} cannot be read: put it back, or start a witness with another key") from None

    def _write_state(self, state: dict[str, tuple[int, bytes]]) -> None:
        heads = {origin: [size, b64encode(root).decode()] for origin, (size, root) in state.items()}
        write_atomically(self._path, json.dumps(heads).encode())
        sync_folder(self._path.parent)


def _read_request(body: str) -> tuple[int, list[bytes], str]:
    """Old size, consistency proof and signed checkpoint."""
    head, gap, raw = body.partition("\n\n")
    first, *rest = head.split("\n")
    old = _OLD.fullmatch(first)
    if not gap or old is None or len(rest) > MAX_PROOF:
        raise BadProof("the body must be a line `old N`, the lines of a proof, an empty line and a checkpoint")
    try:
        proof = [b64decode(line, validate=True) for line in rest]
    except (binascii.Error, ValueError):
        raise BadProof("a line of the proof is not base64") from None
    if any(len(hash_) != tree.HASH for hash_ in proof):
        raise BadProof("every line of the proof is a hash of 32 bytes")
    return int(old[1]), proof, raw


def server_for(witness: Witness, address: str, port: int) -> ThreadingHTTPServer:
    """An HTTP server that answers for the witness; port 0 takes any that is free."""
    return ThreadingHTTPServer((address, port), _handler_for(witness.add_checkpoint))


def _handler_for(answer_to: Callable[[str], Answer]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = PATIENCE

        def do_POST(self) -> None:
            length = self.headers.get("Content-Length", "")
            if self.path != "/add-checkpoint":
                self._give(Answer(404, "only /add-checkpoint is served here\n"))
            elif not re.fullmatch("[0-9]{1,7}", length) or int(length) > MAX_BYTES:
                self._give(Answer(413, f"at most {MAX_BYTES} bytes are read, and Content-Length must say how many\n"))
            else:
                body = self.rfile.read(int(length))
                try:
                    self._give(answer_to(body.decode()))
                except UnicodeDecodeError:
                    self._give(Answer(400, "the body is no UTF-8\n"))
                except KeyTrouble as trouble:
                    self.log_error("%s", trouble.text)
                    self._give(Answer(500, "this witness cannot read its state\n"))

        def _give(self, answer: Answer) -> None:
            raw = answer.body.encode()
            self.send_response(answer.status)
            self.send_header("Content-Type", answer.media_type)
            self.send_header("Content-Length", str(len(raw)))
            if answer.status == 413:
                # What was not read would be taken for the next request.
                self.send_header("Connection", "close")
                self.close_connection = True
            self.end_headers()
            self.wfile.write(raw)

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            """Not a line for each: a witness is asked all day."""

    return Handler
