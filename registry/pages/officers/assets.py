"""The console's stylesheets, mark and two scripts: one asks security keys, one keeps drafts. Nothing comes from elsewhere."""

from flask import Blueprint, Response

from registry.http.site_files import SiteFiles
from registry.pages.officers.guard import open_to_all

files = Blueprint("console_files", __name__)
FILES = SiteFiles("registry.pages.officers", "/console/files")


@files.get("/files/<digest>/<name>")
@open_to_all
def file(digest: str, name: str) -> Response:
    return FILES.respond(name)
