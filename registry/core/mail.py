"""Sending mail: by SMTP, or as .eml files in the data folder where no server is set. No request waits on it."""

import re
import secrets
import smtplib
import ssl
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from urllib.parse import SplitResult, unquote, urlsplit

from registry.core import clock, errors, files
from registry.core.settings import Settings

TIMEOUT = 20.0
"""Seconds that connecting and each step of the conversation may take."""


_CONTROL = re.compile("[\x00-\x1f\x7f]")


class MailNotSent(errors.RegistryError):
    """The server was away or refused. Whether asking again would help is not known: callers keep the mail and retry."""


def send(settings: Settings, to: str, subject: str, text: str) -> None:
    """Send plain text to one address. Raises MailNotSent, whose words hold neither the address nor the text."""
    message = _message(settings, to, subject, text)
    if settings.smtp_url is None:
        _write(settings, message)
    else:
        _deliver(urlsplit(settings.smtp_url), message)


def _message(settings: Settings, to: str, subject: str, text: str) -> EmailMessage:
    host = urlsplit(settings.public_url).hostname or "localhost"
    message = EmailMessage()
    try:
        if _CONTROL.search(to + subject):
            raise ValueError
        message["From"] = Address("Recruitment registry", "registry", host)
        message["To"] = Address(addr_spec=to)
        message["Subject"] = subject
    except (ValueError, IndexError, HeaderParseError):
        # A line break in an address or a subject would begin a header of somebody else's.
        raise MailNotSent("the address or the subject of a mail cannot stand in a header") from None
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain=host)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(text)
    return message


def _write(settings: Settings, message: EmailMessage) -> None:
    # A program that watches the folder sees whole mails only.
    name = f"{clock.now():%Y%m%dT%H%M%S.%f}-{secrets.token_hex(4)}.eml"
    files.write_atomically(settings.home / "mail" / name, message.as_bytes())


def _deliver(server: SplitResult, message: EmailMessage) -> None:
    host = server.hostname or "localhost"
    try:
        with _connected(server, host) as smtp:
            if server.username:
                smtp.login(unquote(server.username), unquote(server.password or ""))
            smtp.send_message(message)
    except (OSError, smtplib.SMTPException, ValueError) as error:
        raise MailNotSent(f"the mail server did not take a mail ({type(error).__name__})") from None


def _connected(server: SplitResult, host: str) -> smtplib.SMTP:
    if server.scheme == "smtps":
        return smtplib.SMTP_SSL(host, server.port or 465, timeout=TIMEOUT, context=ssl.create_default_context())
    smtp = smtplib.SMTP(host, server.port or 25, timeout=TIMEOUT)
    try:
        smtp.ehlo()
        if smtp.has_extn("starttls"):
            smtp.starttls(context=ssl.create_default_context())
            smtp.ehlo()
        elif server.username:
            raise smtplib.SMTPNotSupportedError("a password is not sent in the clear")
    except BaseException:
        smtp.close()
        raise
    return smtp
