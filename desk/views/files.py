"""Style sheets and scripts: read once at the start, served by name, so no path leads elsewhere."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from aiohttp import web

from desk.routes import ANYONE, Page

STATIC = Path(__file__).parent.parent / "static"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


class File(NamedTuple):
    body: bytes
    kind: str
    etag: str


def _read(path: Path) -> File:
    body = path.read_bytes()
    return File(body, TYPES[path.suffix], hashlib.sha256(body).hexdigest()[:16])


FILES = {
    path.relative_to(STATIC).as_posix(): _read(path)
    for path in STATIC.rglob("*")
    if path.suffix in TYPES
}


async def show(request: web.Request) -> web.Response:
    """A file. These hold nothing of anybody, so a browser may keep a copy if it asks each time."""
    file = FILES.get(request.match_info["name"])
    if file is None:
        raise web.HTTPNotFound
    kept = any(tag.value == file.etag for tag in request.if_none_match or ())
    response = web.Response(status=304) if kept else web.Response(body=file.body)
    if not kept:
        response.content_type, response.charset = file.kind, "utf-8"
    response.etag = file.etag
    response.headers["Cache-Control"] = "no-cache"
    return response


PAGES = (Page("GET", "/static/{name:[a-z0-9./_-]{1,60}}", ANYONE, show),)
