"""What is to be removed at a provider message by message, and the ids that this needs"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("ref", sa.String(80)))
    op.add_column("conversation", sa.Column("clear_at", sa.DateTime()))
    there = sa.text("clear_at IS NOT NULL")
    op.create_index(
        "ix_conversation_clear_at",
        "conversation",
        ["clear_at"],
        sqlite_where=there,
        postgresql_where=there,
    )
    op.create_table(
        "to_clear",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(120), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("ends_at", sa.DateTime()),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_code", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_to_clear_account_account"),
        sa.PrimaryKeyConstraint("id", name="pk_to_clear"),
    )
    op.create_index("ix_to_clear_next_at", "to_clear", ["next_at"])


def downgrade() -> None:
    op.drop_table("to_clear")
    op.drop_index("ix_conversation_clear_at", "conversation")
    with op.batch_alter_table("conversation") as conversation:
        conversation.drop_column("clear_at")
    with op.batch_alter_table("message") as message:
        message.drop_column("ref")
