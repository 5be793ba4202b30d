"""Copies that a person is given by chat, or by a link that opens once"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "their_copy",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation", sa.String(40), nullable=False),
        sa.Column("pieces", sa.LargeBinary(), nullable=False),
        sa.Column("shown", sa.Integer(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary()),
        sa.Column("ends_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_their_copy_conversation_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_their_copy"),
        sa.UniqueConstraint("token_hash", name="uq_their_copy_token_hash"),
    )
    op.create_index("ix_their_copy_conversation", "their_copy", ["conversation"])
    op.create_index("ix_their_copy_ends_at", "their_copy", ["ends_at"])


def downgrade() -> None:
    op.drop_table("their_copy")
