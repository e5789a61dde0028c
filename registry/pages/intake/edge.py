"""The edge where people tell what happened and come back for the answer, one question a page and without any script."""

from flask import Flask

from registry.pages.intake import file_parts, files, mailbox, number, quick_exit, review, short, sign_in, steps
from registry.pages.intake.rendering import seal_off
from registry.pages.public.edge import prepare


def register(app: Flask) -> None:
    prepare(app)
    seal_off(app)
    for edge in (sign_in, quick_exit, number, short, steps, review, files, file_parts, mailbox):
        app.register_blueprint(edge.pages)
