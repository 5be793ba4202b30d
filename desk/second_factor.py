"""The second factor: six digits from an app on the worker's phone (TOTP, RFC 6238)."""

from __future__ import annotations

import io
from datetime import datetime

import pyotp
import segno
from pyotp.utils import strings_equal

ISSUER = "Ownpace"
STEP = 30  # seconds that a code is good for
LATE = (0, -1, 1)  # a clock may be one step off


def new_secret() -> str:
    return pyotp.random_base32()


def step_of(secret: str, code: str, now: datetime) -> int | None:
    """The time step that this code belongs to, None where it is none of now. Whoever takes it
    notes the step: no code is good twice."""
    given = "".join(code.split())
    present = int(now.timestamp()) // STEP
    totp = pyotp.TOTP(secret)
    steps = [present + off for off in LATE]
    return next((s for s in steps if strings_equal(totp.at(s * STEP), given)), None)


def picture(secret: str, name: str) -> str:
    """The QR code for an app, as an SVG document."""
    out = io.BytesIO()
    address = pyotp.TOTP(secret).provisioning_uri(name=name, issuer_name=ISSUER)
    code = segno.make(address, error="m", micro=False)
    code.save(out, kind="svg", scale=5, border=4, light="#fff", nl=False)
    return out.getvalue().decode()


def spelled(secret: str) -> str:
    """The secret in groups of four, for whoever types it."""
    return " ".join(secret[i : i + 4] for i in range(0, len(secret), 4))
