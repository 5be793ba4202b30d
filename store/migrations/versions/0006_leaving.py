"""What is hidden before it is erased, what a hold keeps, what a provider still has"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "hidden",
        sa.Column("conversation", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("standing", sa.String(12), nullable=False),
        sa.Column("delete_on", sa.DateTime()),
        sa.Column("kind", sa.String(10)),
        sa.Column("due_at", sa.DateTime()),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_hidden_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_hidden_person_person"),
        sa.PrimaryKeyConstraint("conversation", name="pk_hidden"),
    )
    op.create_index("ix_hidden_person", "hidden", ["person"])
    op.create_table(
        "legal_hold",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("person", sa.String(40), nullable=False),
        sa.Column("worker", sa.String(40), nullable=False),
        sa.Column("reason", sa.LargeBinary()),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("lifted_at", sa.DateTime()),
        sa.Column("lifted_by", sa.String(40)),
        sa.ForeignKeyConstraint(["person"], ["person.id"], name="fk_legal_hold_person_person"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_legal_hold_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_legal_hold"),
    )
    op.create_index("ix_legal_hold_person", "legal_hold", ["person"])
    op.create_table(
        "to_forget",
        sa.Column("id", sa.String(40), nullable=False),
        sa.Column("account", sa.String(120), nullable=False),
        sa.Column("address", sa.LargeBinary(), nullable=False),
        sa.Column("until", sa.DateTime(), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("failed_code", sa.String(40), nullable=False),
        sa.ForeignKeyConstraint(["account"], ["account.id"], name="fk_to_forget_account_account"),
        sa.PrimaryKeyConstraint("id", name="pk_to_forget"),
    )
    op.create_index("ix_to_forget_next_at", "to_forget", ["next_at"])


def downgrade() -> None:
    for name in ("to_forget", "legal_hold", "hidden"):
        op.drop_table(name)
