"""A second, independent provider of OpenID Connect for tests: Django OAuth Toolkit, in a process of its own.

`python -m tests.officers.django_provider BACK AFTER` serves one account and one client on a free port, which it prints.
BACK is where a browser comes back to with a code, AFTER where it does once it is signed out.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from urllib.parse import urljoin, urlsplit

import requests

CLIENT, SECRET = "registry", "a secret between these two"
NAME, PASSWORD = "invented.officer", "what he has at the ministry"


@dataclass
class Browser:
    """An officer's browser at the provider: it keeps the session, and follows redirects until it is led back to us."""

    issuer: str
    session: requests.Session = field(default_factory=requests.Session)

    def visit(self, address: str) -> str:
        """Sign in where that is asked, and confirm what is asked; gives the path and query that it comes back with."""
        answer = self.session.get(address, allow_redirects=False, timeout=10)
        for _ in range(9):
            if answer.is_redirect:
                to = urljoin(answer.url, answer.headers["Location"])
                if urlsplit(to).netloc != urlsplit(self.issuer).netloc:
                    parts = urlsplit(to)
                    return f"{parts.path}?{parts.query}"
                answer = self.session.get(to, allow_redirects=False, timeout=10)
                continue
            assert answer.status_code == 200, answer.text
            hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)"[^>]* value="([^"]*)"', answer.text))
            typed = {name: unescape(value) for name, value in hidden.items()}
            typed |= {"username": NAME, "password": PASSWORD, "allow": "Yes"}
            answer = self.session.post(answer.url, data=typed, allow_redirects=False, timeout=10)
        raise AssertionError("it never led back")


@contextmanager
def running(back: str, after: str) -> Iterator[str]:
    """Its issuer, while it serves."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.officers.django_provider", back, after],
        stdout=subprocess.PIPE,
        text=True,
        # On this machine alone it is asked without TLS.
        env=os.environ | {"OAUTHLIB_INSECURE_TRANSPORT": "1"},
    )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        assert port.isdigit(), "it does not start"
        yield f"http://127.0.0.1:{port}/o"
    finally:
        process.kill()
        process.wait()


def serve(back: str, after: str) -> None:
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings
    from werkzeug.serving import make_server

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    pages = {
        "registration/login.html": '<form method="post">{% csrf_token %}{{ form }}</form>',
        "oauth2_provider/logout_confirm.html": '<form method="post">{% csrf_token %}{{ form }}</form>',
    }
    settings.configure(
        SECRET_KEY="for tests alone",
        ALLOWED_HOSTS=["127.0.0.1"],
        USE_TZ=True,
        ROOT_URLCONF=__name__,
        LOGIN_URL="/in/",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions", "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "loaders": [("django.template.loaders.locmem.Loader", pages)],
                    "context_processors": ["django.template.context_processors.request"],
                },
            }
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_RSA_PRIVATE_KEY": key.decode(),
            "OIDC_RP_INITIATED_LOGOUT_ENABLED": True,
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "who it is"},
        },
    )  # fmt: skip
    django.setup()

    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import get_application_model

    call_command("migrate", verbosity=0)
    get_user_model().objects.create_user(NAME, password=PASSWORD)
    get_application_model().objects.create(
        client_id=CLIENT,
        client_secret=SECRET,
        client_type="confidential",
        authorization_grant_type="authorization-code",
        algorithm="RS256",
        skip_authorization=True,
        redirect_uris=back,
        post_logout_redirect_uris=after,
    )
    # One thread: its database is in memory, of one connection.
    server = make_server("127.0.0.1", 0, get_wsgi_application())
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


def __getattr__(name: str) -> object:
    """Its addresses, which Django asks this module for once it is set up."""
    if name != "urlpatterns":
        raise AttributeError(name)
    from django.contrib.auth.views import LoginView
    from django.urls import include, path

    return [path("in/", LoginView.as_view()), path("o/", include("oauth2_provider.urls", namespace="oauth2_provider"))]


if __name__ == "__main__":
    serve(*sys.argv[1:])
