"""A part of a page that keeps itself fresh. It is sent again only when it has changed: no
flicker, no lost place for somebody who reads with a keyboard or a screen reader."""

from __future__ import annotations

import hashlib
import secrets
from typing import Any

from aiohttp import web
from markupsafe import Markup

from desk.pages import text

# Keyed, so that a mark says nothing about the page that it stands for.
_SECRET = secrets.token_bytes(32)


def live(request: web.Request, source: str, name: str, **values: Any) -> tuple[str, Markup]:
    """The template `name` in a frame that asks `source` for changes; first its mark."""
    inner = text(request, name, **values)
    mark = hashlib.blake2s(inner.encode(), key=_SECRET, digest_size=9).hexdigest()
    # Rendered by a template, so escaped already.
    frame = text(request, "_live.html", inner=Markup(inner), source=source, mark=mark)  # noqa: S704
    return mark, Markup(frame)  # noqa: S704


def answer(request: web.Request, mark: str, frame: str) -> web.Response:
    """The frame, or 204 where the page shows just this already."""
    if request.headers.get("X-Seen") == mark:
        return web.Response(status=204)
    return web.Response(text=frame, content_type="text/html")
