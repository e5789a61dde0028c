"""Mails as a worker sends them, kept for a test to read."""


class Post:
    """Mails as they were sent. `is_dead`: the server takes none."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str, str]] = []
        self.is_dead = False

    def __call__(self, address: str, subject: str, text: str) -> bool:
        if self.is_dead:
            return False
        self.sent.append((address, subject, text))
        return True

    @property
    def addresses(self) -> list[str]:
        return [address for address, *_ in self.sent]
