"""The stages of safeguarding that were begun for somebody"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "stage",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("conversation", sa.String(40), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_stage_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_stage_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_stage"),
    )
    op.create_index("ix_stage_conversation", "stage", ["conversation"])


def downgrade() -> None:
    op.drop_table("stage")
