"""What Alembic runs: always on the connection, and inside the transaction, that we give it.

To write a revision after a change of `store/tables.py` or `store/desk_tables.py`:
    python -m store.migrations "what changes"
"""

from typing import Any, Literal

from alembic import context

import store.tables  # noqa: F401  # they register themselves
from store.columns import UTCTime, metadata


def plain_types(kind: str, thing: Any, _context: object) -> str | Literal[False]:
    """Revisions name the database's own types: they must run when ours have changed."""
    return "sa.DateTime()" if kind == "type" and isinstance(thing, UTCTime) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_as_batch=True,
    render_item=plain_types,
    compare_type=True,
)
context.run_migrations()
