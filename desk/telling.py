"""What workers get by e-mail or on a duty phone: a reference and a link, and no word of anybody."""

from __future__ import annotations

from jinja2 import Environment


def nudge(pages: Environment, base_url: str, reference: str) -> tuple[str, str]:
    """Subject and text. Without a reference the link goes to the list."""
    link = f"{base_url}/desk/intake/{reference}" if reference else f"{base_url}/desk/"
    return _told(pages, "nudge.txt", reference=reference, link=link)


def test(pages: Environment, base_url: str, token: str) -> tuple[str, str]:
    """Subject and text of a test of a way to a worker."""
    return _told(pages, "route_test.txt", link=f"{base_url}/desk/reached/{token}")


def _told(pages: Environment, name: str, **values: str) -> tuple[str, str]:
    subject, _, text = pages.get_template(name).render(values).partition("\n")
    return subject.strip(), text.strip()
