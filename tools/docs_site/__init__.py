"""Builds the developer site from docs/: static pages with a search that needs no server and no other host.

python -m tools.docs_site            # writes registry/api/docs/site, which is served at /developers
python -m tools.docs_site FOLDER     # writes it there: it can be read from a disk, too
"""
