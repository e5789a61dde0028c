"""What lets a phone keep the public pages: a web app manifest, and the service worker that shows them without a line.

An enhancement only. The worker keeps pages that say the same to everyone, and nothing of a question or a complaint.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files
from threading import Lock

import msgspec
from flask import Blueprint, Response

from registry.core.errors import NotFound, TooBusy
from registry.core.keyring import Use
from registry.http.responses import File, content_policy, respond_with_file
from registry.http.transaction import public_reading, services
from registry.i18n.languages import text
from registry.pages.public.assets import OF_INTAKE, address_of
from registry.pages.public.rendering import SHORT
from registry.proofs.credentials.signing import Signers
from registry.ranges.kit import KitTooLarge, kit
from registry.ranges.queries import current
from registry.vocabulary.register import Language

pages = Blueprint("offline", __name__)


@pages.get("/sw.js")
def show_service_worker() -> Response:
    """The worker's script. Its name stays and its content names its version, so browsers replace an older one."""
    response = Response(_script(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    # The worker asks this registry for pages and nothing else of anyone.
    response.headers["Content-Security-Policy"] = content_policy(connect_src="'self'")
    return response


@cache
def _script() -> str:
    """The script with this release's version: it changes whenever the worker, the stylesheet or the languages do."""
    script = (files("registry.pages") / "public/static/sw.js").read_text("utf-8")
    values = {
        "LANGUAGES": "|".join(Language),
        "FIRST": Language.ZH_HANS,
        "STYLE": address_of("style.css"),
        "MARK": address_of("mark.svg"),
        "NOT_KEPT": "|".join(re.escape(name) for name in OF_INTAKE),
    }
    for name, value in values.items():
        script = script.replace(f"%{name}%", value)
    return script.replace("%VERSION%", hashlib.sha256(script.encode()).hexdigest()[:12])


@pages.get("/<language:language>/manifest.webmanifest")
def show_manifest(language: Language) -> Response:
    stated = {
        "name": text(language, "page.site"),
        "short_name": text(language, "page.site"),
        "description": text(language, "page.site.tagline"),
        "lang": language,
        "start_url": f"/{language}/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#f7f3ea",
        "theme_color": "#12494b",
        "icons": [{"src": address_of("mark.svg"), "sizes": "any", "type": "image/svg+xml"}],
    }
    response = Response(msgspec.json.encode(stated), mimetype="application/manifest+json")
    response.headers["Cache-Control"] = SHORT
    return response


@pages.get("/<language:language>/kit.html")
def download_kit(language: Language) -> Response:
    """The offline kit, made once for each epoch and language. It is a file to keep, and no page of this server."""
    epoch = current(public_reading()).epoch.epoch
    body = _kits.get((epoch, language))
    if body is None:
        # One at a time: to make a kit of many numbers takes seconds.
        if not _being_made.acquire(blocking=False):
            raise TooBusy("the offline kit is being made: ask again in a moment", RETRY_AFTER)
        try:
            settings = services().settings
            body = kit(public_reading(), Signers(settings.keys).of(Use.RECEIPT), settings.public_url, language=language)
            for old in [key for key in _kits if key[0] != epoch]:
                del _kits[old]
            _kits[epoch, language] = body
        except KitTooLarge as trouble:
            raise NotFound(trouble.text) from None
        finally:
            _being_made.release()
    return respond_with_file(File((body,), "text/html", f"registry-{language}.html", len(body)))


RETRY_AFTER = 20
_kits: dict[tuple[int, Language], bytes] = {}
_being_made = Lock()
