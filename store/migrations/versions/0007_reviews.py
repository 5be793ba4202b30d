"""A look back at what went wrong, or nearly"""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("service", sa.String(60), nullable=False),
        sa.Column("conversation", sa.String(40), nullable=False),
        sa.Column("why", sa.String(12), nullable=False),
        sa.Column("about", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("question", sa.String(40), nullable=False, server_default=""),
        sa.Column("opened_at", sa.DateTime(), nullable=False),
        sa.Column("opened_by", sa.String(40)),
        sa.Column("flow", sa.String(64), nullable=False),
        sa.Column("language", sa.String(12), nullable=False),
        sa.Column("channel", sa.String(20), nullable=False),
        sa.Column("themes", sa.JSON(), nullable=False),
        sa.Column("content", sa.LargeBinary()),
        sa.Column("learnt", sa.LargeBinary()),
        sa.Column("changed", sa.Boolean()),
        sa.Column("decided_at", sa.DateTime()),
        sa.Column("decided_by", sa.String(40)),
        sa.Column("checker", sa.String(40)),
        sa.Column("check_on", sa.DateTime()),
        sa.Column("checked_at", sa.DateTime()),
        sa.Column("worked", sa.Boolean()),
        sa.ForeignKeyConstraint(["service"], ["service.id"], name="fk_review_service_service"),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_review_conversation_conversation"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_review"),
        sa.UniqueConstraint(
            "conversation", "why", "about", name="uq_review_conversation_why_about"
        ),
    )
    for column in ("service", "conversation", "opened_at", "check_on"):
        op.create_index(f"ix_review_{column}", "review", [column])


def downgrade() -> None:
    op.drop_table("review")
