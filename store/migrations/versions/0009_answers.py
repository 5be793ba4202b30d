"""Answers that are owed, who gave them, and why one is late; their own wording beside a note"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("asked") as asked:
        asked.add_column(sa.Column("answer", sa.LargeBinary()))
        asked.add_column(sa.Column("answered_by", sa.String(40)))
        asked.add_column(sa.Column("reason", sa.LargeBinary()))
        asked.add_column(sa.Column("statement", sa.JSON()))


def downgrade() -> None:
    with op.batch_alter_table("asked") as asked:
        for name in ("statement", "reason", "answered_by", "answer"):
            asked.drop_column(name)
