"""The entry for WSGI servers other than ours, for example `gunicorn wsgi:app`."""

from registry.app import from_environment

app = from_environment()
