"""The edge where people tell what happened and come back for the answer, one question a page and without any script."""

from flask import Flask

from registry.public.edge import prepare
from registry.public.intake import entering, files, holders, leaving, mailbox, number, review, steps
from registry.public.intake.rendering import seal_off


def register(app: Flask) -> None:
    prepare(app)
    seal_off(app)
    for edge in (entering, leaving, number, steps, review, files, mailbox, holders):
        app.register_blueprint(edge.pages)
