"""Texts that may be a sign of danger, to be read by a worker"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NEW = ("wrong_at", "due_at", "voice", "message")


def upgrade() -> None:
    with op.batch_alter_table("asked") as asked:
        asked.alter_column("what", existing_type=sa.String(10), type_=sa.String(16))
        asked.add_column(sa.Column("message", sa.String()))
        asked.add_column(sa.Column("voice", sa.String(10)))
        asked.add_column(sa.Column("due_at", sa.DateTime()))
        asked.add_column(sa.Column("wrong_at", sa.DateTime()))
        asked.create_foreign_key("fk_asked_message_message", "message", ["message"], ["id"])


def downgrade() -> None:
    op.execute("DELETE FROM asked WHERE length(what) > 10")
    with op.batch_alter_table("asked") as asked:
        asked.drop_constraint("fk_asked_message_message", type_="foreignkey")
        for name in NEW:
            asked.drop_column(name)
        asked.alter_column("what", existing_type=sa.String(16), type_=sa.String(10))
