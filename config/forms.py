"""The forms of settings: what an address, a token and a secret look like."""

from __future__ import annotations

import re
from contextlib import suppress
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, SecretStr

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def _address(value: str) -> str:
    """A web address without a path. Plain http only where it never leaves this machine."""
    try:
        parts = urlsplit(value)
    except ValueError:
        raise ValueError("not an https address") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise ValueError("not an https address")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("more than an address")
    return f"{parts.scheme}://{parts.netloc}"


def _hook(value: str) -> str:
    """A web address with any path, in safe hands: https, or this machine's own."""
    try:
        parts = urlsplit(value)
        fits = parts.hostname and (parts.port is None or parts.port)
    except ValueError:
        raise ValueError("not an https address") from None
    at_home = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not fits or not (parts.scheme == "https" or at_home):
        raise ValueError("not an https address")
    if parts.username or parts.password or parts.fragment or not value.isprintable():
        raise ValueError("more than an address")
    return value


def _host(value: str) -> str:
    """A number or a name of this machine, and nothing around it."""
    with suppress(ValueError):
        return str(ip_address(value))
    if len(value) > 253 or not re.fullmatch(r"[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})*", value):
        raise ValueError("not an address of a machine")
    return value


def _mail_server(value: SecretStr) -> SecretStr:
    """Where mail is handed in: who may, where, and nothing more."""
    try:
        parts = urlsplit(value.get_secret_value())
        port = parts.port
    except ValueError:
        raise ValueError("not an address of a mail server") from None
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname or port == 0:
        raise ValueError("not an address of a mail server")
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise ValueError("more than an address")
    return value


def _matches(pattern: str) -> AfterValidator:
    def check(value: SecretStr) -> SecretStr:
        if not re.fullmatch(pattern, value.get_secret_value()):
            raise ValueError("not of its form")
        return value

    return AfterValidator(check)


Address = Annotated[str, AfterValidator(_address)]
HookAddress = Annotated[str, AfterValidator(_hook)]
Host = Annotated[str, AfterValidator(_host)]
BotToken = Annotated[SecretStr, _matches("[0-9]{1,20}:[A-Za-z0-9_-]+")]
MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]
MailFrom = Annotated[SecretStr, _matches(r"[^@\s<>,;]+@[A-Za-z0-9.-]+")]
OldKeys = Annotated[SecretStr, _matches(r"\S{32,}(\s+\S{32,})*")]
MetricsToken = Annotated[SecretStr, _matches("[A-Za-z0-9_-]{16,256}")]
WebhookSecret = Annotated[SecretStr, _matches("[A-Za-z0-9_-]{1,256}")]
