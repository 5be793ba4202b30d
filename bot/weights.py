"""Weights that were learnt from examples (`tools/learning.py`), as a small file and back.

A weight is a row of whole numbers from -127 to 127, one for each class, each worth `scale`.
"""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

Row = tuple[float, ...]  # one for each class


def pack(weights: Mapping[str, Row], bias: Row, more: Mapping[str, Any]) -> str:
    """As the text of a file; `more` stands in it as it is."""
    scale = max(abs(one) for row in weights.values() for one in row) / 127
    names = sorted(weights)
    small = bytes(round(one / scale) % 256 for name in names for one in weights[name])
    told = {
        "scale": scale,
        "bias": bias,
        **more,
        "names": pack_lines(names),
        "weights": _packed(small),
    }
    return json.dumps(told, indent=0) + "\n"


def unpack(text: str, beside: int = 0) -> tuple[dict[str, Row], dict[str, Any]]:
    """Read such a file, with so many numbers `beside` those of the classes in a row: the weights by
    name, and all that stands in it. Raises `ValueError` or `KeyError`."""
    told = json.loads(text)
    small = _unpacked(told["weights"])
    worth = [(one - 256 if one > 127 else one) * told["scale"] for one in range(256)]
    values = iter([worth[one] for one in small])
    rows = zip(*[values] * (len(told["bias"]) + beside), strict=True)
    return dict(zip(unpack_lines(told["names"]), rows, strict=True)), told


def pack_lines(lines: Iterable[str]) -> str:
    """Many short texts without line breaks, as one."""
    return _packed("\n".join(lines).encode())


def unpack_lines(text: str) -> list[str]:
    """These texts again."""
    return _unpacked(text).decode().split("\n")


def _packed(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()


def _unpacked(text: str) -> bytes:
    return zlib.decompress(base64.b64decode(text))  # quicker by far than base 85
