"""A small receiver of webhooks on this machine: to try them, or behind a proxy that speaks TLS."""

import json
import sys
from collections.abc import Callable, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any

from registry_client.webhooks import BadDelivery, Delivery, Seen, verified

MAX_BYTES = 1 << 20
SILENCE = 10.0
"""Seconds that a sender may say nothing."""

Act = Callable[[Delivery], None]


class NotActedOn(Exception):
    """What a delivery asks was not done, and it has to come again."""


def receiver(host: str, port: int, secrets: Sequence[str], act: Act) -> ThreadingHTTPServer:
    """A server that hands each genuine delivery on once, and answers 204 after that: what was not acted on comes again.

    `act` raises NotActedOn where it has to come again. Raises ValueError for what is no secret, and OSError.
    """
    seen, lock = Seen(), Lock()

    class Handler(BaseHTTPRequestHandler):
        timeout = SILENCE
        server_version = "registry-client"
        sys_version = ""

        def do_POST(self) -> None:
            text = self.headers.get("Content-Length", "")
            length = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
            if not 0 <= length <= MAX_BYTES:
                # Read away first: who is still sending would see a broken connection in place of an answer.
                self.rfile.read(min(max(length, 0), 4 * MAX_BYTES))
                self._send_answer(413, f"a Content-Length of at most {MAX_BYTES} is expected")
                return
            body = self.rfile.read(length)
            try:
                delivery = verified(dict(self.headers.items()), body, secrets)
                delivery.json()
            except BadDelivery as error:
                print(f"registry-client: refused: {error}", file=sys.stderr)
                self._send_answer(400, str(error))
                return
            # One at a time, in the order they come; what is known already was acted on.
            with lock:
                if seen.has(delivery.id):
                    self._send_answer(204, "")
                    return
                try:
                    act(delivery)
                except NotActedOn as error:
                    # The sender sends it again, later and later.
                    print(f"registry-client: not acted on: {error}", file=sys.stderr)
                    self._send_answer(500, "this delivery was not acted on: send it again")
                    return
                seen.is_new(delivery.id)
            self._send_answer(204, "")

        def _send_answer(self, status: int, text: str) -> None:
            content = json.dumps({"detail": text}).encode() if text else b""
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    verified_secrets(secrets)
    server = ThreadingHTTPServer((host, port), Handler)
    server.daemon_threads = True
    return server


def verified_secrets(secrets: Sequence[str]) -> None:
    """Raises ValueError unless each is a secret: at the start rather than at the first delivery."""
    try:
        verified({}, b"", secrets)
    except BadDelivery:
        return
