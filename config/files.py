"""Secrets from the files that `NAME_FILE` names, as containers and systemd hand them over."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any


def read(names: Iterable[str]) -> tuple[dict[str, Any], list[str]]:
    """What stands in those that the environment names; and a line for each that can't be used."""
    given: dict[str, Any] = {}
    faults: list[str] = []
    for name in names:
        path = os.environ.get(f"{name}_FILE")
        if path and os.environ.get(name):
            faults.append(f"{name} and {name}_FILE are both set: leave one of them out.")
        elif path:
            try:
                given[name] = Path(path).read_text("utf-8").strip()
            except (OSError, ValueError) as error:
                faults.append(f"{name}_FILE: that file can't be read ({why(error)}).")
    return {name: value for name, value in given.items() if value}, faults


def why(error: OSError | ValueError) -> str:
    """The system's words for what is the matter with a file."""
    told = error.strerror if isinstance(error, OSError) else "it is not written in UTF-8"
    return (told or type(error).__name__).lower()
