"""What lets a phone keep the public pages: a web app manifest, and the service worker that shows them without a line.

An enhancement only. The worker keeps pages that say the same to everyone, and nothing of a question or a complaint.
"""

import hashlib
import re
from functools import cache
from importlib.resources import files

import msgspec
from flask import Blueprint, Response

from registry.http.headers import content_policy
from registry.i18n.languages import text
from registry.pages.public.assets import OF_INTAKE, address_of
from registry.pages.public.rendering import SHORT
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
