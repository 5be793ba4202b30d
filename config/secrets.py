"""Secrets that are made once and kept in the data folder, readable by its owner only."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from config.settings import KEY_LENGTH, Settings, SettingsError

MASTER = "secret-key"  # its name in the data folder


def private_folder(folder: Path) -> None:
    """Make the data folder, or close one that exists to everybody else."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError:
        raise SettingsError(
            f"OWNPACE_DATA: the folder {folder} can't be used:"
            " give one that this user may write to."
        ) from None


def master(settings: Settings, *, make: bool = True) -> str:
    """The master key: the one given, or the one kept in the data folder, which is made if need be.

    Raises `SettingsError`, also where there is none and none is to be made.
    """
    if settings.secret_key:
        return settings.secret_key.get_secret_value()
    if not make and not (settings.data / MASTER).exists():
        raise SettingsError(
            "OWNPACE_SECRET_KEY: missing. Put the copy back that you keep of the master key:"
            f" as {settings.data / MASTER}, or where OWNPACE_SECRET_KEY_FILE names it."
        )
    return kept(settings.data, MASTER)


def masters(settings: Settings, *, make: bool = True) -> list[str]:
    """The master key, as `master` has it, and then those of before."""
    old = settings.old_keys.get_secret_value() if settings.old_keys else ""
    return [master(settings, make=make), *old.split()]


def master_file(settings: Settings) -> Path | None:
    """Where the master key stands, if it is in a file."""
    named = os.environ.get("OWNPACE_SECRET_KEY_FILE")
    if settings.secret_key:
        return Path(named) if named else None
    return settings.data / MASTER


def master_files(settings: Settings) -> list[Path]:
    """Every file in which a master key stands that was given: the present one, those of before."""
    old = os.environ.get("OWNPACE_SECRET_KEY_OLD_FILE")
    found = [master_file(settings), Path(old) if old and settings.old_keys else None]
    return [path for path in found if path]


def check_closed(path: Path) -> None:
    """Raises `SettingsError` where anybody but its owner may read this file, if it is there."""
    try:
        mode = path.stat().st_mode & 0o777
    except OSError:
        return
    if mode & 0o077:
        raise SettingsError(
            f"{path}: others on this machine may read it (mode {mode:03o}). Close it with"
            f' chmod 600 "{path}", and ask yourself who could read it until now.'
        )


def kept(folder: Path, name: str) -> str:
    """The secret of this name: made and kept if there is none (256 random bits)."""
    path = folder / name
    try:
        # Made in full before it gets its name: half a key would lose everything sealed with it.
        draft = folder / f".{name}.{secrets.token_hex(8)}"
        if not path.exists():
            file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(file, "w") as out:
                out.write(secrets.token_urlsafe(32) + "\n")
                out.flush()
                os.fsync(out.fileno())
            _take_name(draft, path)
        found = path.read_text("ascii").strip()
    except (OSError, ValueError):
        raise SettingsError(f"{path}: can't be read or written; a secret stands in it.") from None
    if len(found) < KEY_LENGTH:
        raise SettingsError(f"{path}: cut short. Put the copy back that you keep of it.")
    return found


def _take_name(draft: Path, path: Path) -> None:
    """Give it its name, unless another process was first: then theirs counts."""
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
