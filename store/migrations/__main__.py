"""Write the next revision: the difference between the tables and the revisions so far."""

from __future__ import annotations

import sys

from alembic import command
from sqlalchemy import create_engine

from store.migrations import config, upgrade


def main(words: str) -> None:
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        command.revision(config(connection), words, autogenerate=True)


if __name__ == "__main__":
    main(" ".join(sys.argv[1:]))
