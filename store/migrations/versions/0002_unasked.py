"""An index of what we say unasked: it is looked for at every message"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_outgoing_unasked",
        "outgoing",
        ["contact"],
        sqlite_where=sa.text("prompted IS 0"),
        postgresql_where=sa.text("prompted IS false"),
    )


def downgrade() -> None:
    op.drop_index("ix_outgoing_unasked", "outgoing")
