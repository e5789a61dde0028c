"""Mail, by a real SMTP server and as files."""

import email
import stat
from collections.abc import Iterator
from dataclasses import replace
from email.policy import default
from pathlib import Path

import pytest

from registry.core.mail import MailNotSent, send
from registry.core.settings import Settings
from tests.http.hostile import HEADERS
from tests.serving import free_port
from tests.smtp import Recorder, smtp_server

TEXT = "您好 — the list of an authority goes stale in three days.\n"


@pytest.fixture
def smtp_mailbox() -> Iterator[tuple[Recorder, str]]:
    with smtp_server() as server:
        yield server


@pytest.fixture
def home(tmp_path: Path) -> Settings:
    return Settings(home=tmp_path, database_url="sqlite://", public_url="https://registry.example")


def test_a_mail_reaches_the_server(home: Settings, smtp_mailbox: tuple[Recorder, str]) -> None:
    handler, url = smtp_mailbox
    send(replace(home, smtp_url=url), "operator@labour.example", "A list goes stale: 名单", TEXT)
    (message,) = handler.messages
    parsed = email.message_from_bytes(message.as_bytes(), policy=default)
    assert parsed["To"] == "operator@labour.example"
    assert parsed["Subject"] == "A list goes stale: 名单"
    assert parsed["From"].addresses[0].addr_spec == "registry@registry.example"
    assert parsed.get_content().replace("\r\n", "\n") == TEXT


def test_without_a_server_mail_is_a_file_for_its_owner_alone(home: Settings) -> None:
    send(home, "operator@labour.example", "Stale", TEXT)
    (path,) = (home.home / "mail").iterdir()
    assert path.suffix == ".eml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert email.message_from_bytes(path.read_bytes(), policy=default).get_content() == TEXT


def test_a_server_that_is_away_is_said_without_the_address(home: Settings) -> None:
    away = replace(home, smtp_url=f"smtp://127.0.0.1:{free_port()}")
    with pytest.raises(MailNotSent) as raised:
        send(away, "operator@labour.example", "Stale", TEXT)
    assert "operator" not in raised.value.text


def test_a_password_is_not_sent_in_the_clear(home: Settings, smtp_mailbox: tuple[Recorder, str]) -> None:
    handler, url = smtp_mailbox
    with pytest.raises(MailNotSent):
        send(replace(home, smtp_url=url.replace("//", "//user:secret@")), "operator@labour.example", "Stale", TEXT)
    assert handler.messages == []


@pytest.mark.parametrize(
    ("to", "subject"),
    [
        *((f"a@b.example{one}", "s") for one in HEADERS),
        *(("a@b.example", one) for one in HEADERS),
        ("nobody", "s"),
        ("", "s"),
    ],
)
def test_a_header_cannot_be_smuggled_in(home: Settings, to: str, subject: str) -> None:
    with pytest.raises(MailNotSent):
        send(home, to, subject, TEXT)
