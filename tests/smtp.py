"""A real SMTP server of the tests' own."""

import email.message
from collections.abc import Iterator
from contextlib import contextmanager

from aiosmtpd.controller import Controller
from aiosmtpd.handlers import Message

from tests.serving import free_port


class Recorder(Message):
    def __init__(self) -> None:
        super().__init__()
        self.messages: list[email.message.Message] = []

    def handle_message(self, message: email.message.Message) -> None:
        self.messages.append(message)


@contextmanager
def smtp_server() -> Iterator[tuple[Recorder, str]]:
    """What it was sent, and its address."""
    handler, port = Recorder(), free_port()
    # Five seconds, the usual, are not always enough for a thread to begin where much else is done.
    controller = Controller(handler, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    try:
        yield handler, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
