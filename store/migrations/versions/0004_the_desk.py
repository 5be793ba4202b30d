"""the desk"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

# What the list is read by, a page at a time.
IN_ORDER = (
    ("ix_conversation_closed", "conversation", ["service", "closed_at", "id"]),
    (
        "ix_handover_waiting",
        "handover",
        ["service", "kind", "taken_by", "due_at", "at", "id"],
    ),
    ("ix_handover_taken", "handover", ["service", "kind", "taken_at", "id"]),
)
# What is rare among many.
RARE = (
    ("ix_message_failed", "message", ["failed_at"], "failed_at IS NOT NULL"),
    ("ix_contact_unreachable", "contact", ["state_at"], "state = 'unreachable'"),
    ("ix_asked_unseen", "asked", ["at"], "seen_at IS NULL"),
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("number", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=24), nullable=False),
        sa.Column("about", sa.String(length=120), nullable=False),
        sa.Column("why", sa.LargeBinary(), nullable=True),
        sa.Column("chain", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="pk_audit"),
    )
    op.create_table(
        "sign_in_try",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("who", sa.LargeBinary(), nullable=False),
        sa.Column("whence", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_try"),
    )
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.create_index("ix_sign_in_try_at", ["at"], unique=False)
        batch_op.create_index("ix_sign_in_try_whence", ["whence"], unique=False)
        batch_op.create_index("ix_sign_in_try_who", ["who"], unique=False)

    op.create_table(
        "cover",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("by", sa.String(length=40), nullable=False),
        sa.Column("from_at", sa.DateTime(), nullable=False),
        sa.Column("until_at", sa.DateTime(), nullable=False),
        sa.Column("ended_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["by"], ["worker.id"], name="fk_cover_by_worker"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_cover_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_cover"),
    )
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.create_index("ix_cover_by", ["by"], unique=False)
        batch_op.create_index("ix_cover_worker", ["worker"], unique=False)

    op.create_table(
        "device",
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_device_worker_worker"),
        sa.PrimaryKeyConstraint("token_hash", name="pk_device"),
    )
    op.create_table(
        "duty",
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.id"], name="fk_duty_service_service"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_duty_worker_worker"),
        sa.PrimaryKeyConstraint("service", "worker", name="pk_duty"),
    )
    op.create_table(
        "membership",
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["service.id"], name="fk_membership_service_service"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_membership_worker_worker"),
        sa.PrimaryKeyConstraint("worker", "service", name="pk_membership"),
    )
    op.create_table(
        "route_test",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("failed_code", sa.String(length=40), nullable=False),
        sa.Column("answered_at", sa.DateTime(), nullable=True),
        sa.ForeignKeyConstraint(["service"], ["service.id"], name="fk_route_test_service_service"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_route_test_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_route_test"),
    )
    with op.batch_alter_table("route_test", schema=None) as batch_op:
        batch_op.create_index("ix_route_test_service", ["service"], unique=False)

    op.create_table(
        "concern",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("before", sa.Integer(), nullable=True),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("review_on", sa.DateTime(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_concern_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_concern_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_concern"),
    )
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.create_index("ix_concern_conversation", ["conversation"], unique=False)
        batch_op.create_index("ix_concern_review_on", ["review_on"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("told_at", sa.DateTime(), nullable=True),
        sa.Column("review_on", sa.DateTime(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name="fk_decision_conversation_conversation",
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_decision_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_decision"),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index("ix_decision_conversation", ["conversation"], unique=False)

    op.create_table(
        "holding",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("to_worker", sa.String(length=40), nullable=True),
        sa.Column("note", sa.LargeBinary(), nullable=True),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_holding_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_holding_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_holding"),
    )
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.create_index("ix_holding_conversation", ["conversation"], unique=False)

    op.create_table(
        "note",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("saw", sa.LargeBinary(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False, server_default="note"),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_note_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_note_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_note"),
    )
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.create_index("ix_note_conversation", ["conversation"], unique=False)

    op.create_table(
        "nudge",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("service", sa.String(length=60), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("seen_at", sa.DateTime(), nullable=True),
        sa.Column("seen_by", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["conversation"], ["conversation.id"], name="fk_nudge_conversation_conversation"
        ),
        sa.ForeignKeyConstraint(["service"], ["service.id"], name="fk_nudge_service_service"),
        sa.PrimaryKeyConstraint("id", name="pk_nudge"),
    )
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.create_index("ix_nudge_conversation", ["conversation"], unique=False)
        batch_op.create_index("ix_nudge_next_at", ["next_at"], unique=False)

    op.create_table(
        "override",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name="fk_override_conversation_conversation",
        ),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_override_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_override"),
    )
    with op.batch_alter_table("override", schema=None) as batch_op:
        batch_op.create_index("ix_override_conversation", ["conversation"], unique=False)

    op.create_table(
        "told_outside",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("conversation", sa.String(length=40), nullable=False),
        sa.Column("reference", sa.String(length=12), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("made_at", sa.DateTime(), nullable=False),
        sa.Column("due_at", sa.DateTime(), nullable=True),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("failed_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation"],
            ["conversation.id"],
            name="fk_told_outside_conversation_conversation",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_told_outside"),
    )
    with op.batch_alter_table("told_outside", schema=None) as batch_op:
        batch_op.create_index("ix_told_outside_conversation", ["conversation"], unique=False)
        batch_op.create_index("ix_told_outside_next_at", ["next_at"], unique=False)

    op.create_table(
        "nudge_sent",
        sa.Column("id", sa.String(length=40), nullable=False),
        sa.Column("nudge", sa.String(length=40), nullable=False),
        sa.Column("worker", sa.String(length=40), nullable=False),
        sa.Column("route", sa.String(length=10), nullable=False),
        sa.Column("at", sa.DateTime(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_at", sa.DateTime(), nullable=True),
        sa.Column("sent_at", sa.DateTime(), nullable=True),
        sa.Column("failed_code", sa.String(length=40), nullable=False),
        sa.ForeignKeyConstraint(["nudge"], ["nudge.id"], name="fk_nudge_sent_nudge_nudge"),
        sa.ForeignKeyConstraint(["worker"], ["worker.id"], name="fk_nudge_sent_worker_worker"),
        sa.PrimaryKeyConstraint("id", name="pk_nudge_sent"),
    )
    with op.batch_alter_table("nudge_sent", schema=None) as batch_op:
        batch_op.create_index("ix_nudge_sent_at", ["at"], unique=False)
        batch_op.create_index("ix_nudge_sent_next_at", ["next_at"], unique=False)
        batch_op.create_index("ix_nudge_sent_nudge", ["nudge"], unique=False)

    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.add_column(sa.Column("words", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("own", sa.Boolean(), server_default=sa.false(), nullable=False)
        )

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("worker", sa.String(length=40), nullable=True))

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("how", sa.String(length=10), server_default="link", nullable=False)
        )
        batch_op.add_column(sa.Column("stepped_up_at", sa.DateTime(), nullable=True))

    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("password_hash", sa.String(length=200), server_default="", nullable=False)
        )
        batch_op.add_column(sa.Column("totp", sa.LargeBinary(), nullable=True))
        batch_op.add_column(
            sa.Column("totp_last", sa.BigInteger(), server_default="0", nullable=False)
        )
        batch_op.add_column(sa.Column("email", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("phone", sa.LargeBinary(), nullable=True))
    for name, table, columns in IN_ORDER:
        op.create_index(name, table, columns)
    for name, table, columns, where in RARE:
        those = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=those, postgresql_where=those)
    # Until now every worker saw everybody, admins too; an admin only runs accounts from here on.
    op.execute(
        "INSERT INTO membership (worker, service) SELECT worker.id, service.id"
        " FROM worker, service WHERE worker.role IN ('caseworker', 'lead', 'admin')"
        " AND NOT service.practice"
    )
    op.execute("UPDATE worker SET role = 'lead' WHERE role = 'admin'")


def downgrade() -> None:
    for name, table, *_ in (*IN_ORDER, *RARE):
        op.drop_index(name, table)
    with op.batch_alter_table("worker", schema=None) as batch_op:
        batch_op.drop_column("phone")
        batch_op.drop_column("email")
        batch_op.drop_column("totp_last")
        batch_op.drop_column("totp")
        batch_op.drop_column("password_hash")

    with op.batch_alter_table("session", schema=None) as batch_op:
        batch_op.drop_column("stepped_up_at")
        batch_op.drop_column("how")

    with op.batch_alter_table("message", schema=None) as batch_op:
        batch_op.drop_column("worker")

    with op.batch_alter_table("look", schema=None) as batch_op:
        batch_op.drop_column("own")
        batch_op.drop_column("words")

    with op.batch_alter_table("nudge_sent", schema=None) as batch_op:
        batch_op.drop_index("ix_nudge_sent_nudge")
        batch_op.drop_index("ix_nudge_sent_at")

    op.drop_table("nudge_sent")
    with op.batch_alter_table("told_outside", schema=None) as batch_op:
        batch_op.drop_index("ix_told_outside_next_at")
        batch_op.drop_index("ix_told_outside_conversation")

    op.drop_table("told_outside")
    with op.batch_alter_table("override", schema=None) as batch_op:
        batch_op.drop_index("ix_override_conversation")

    op.drop_table("override")
    with op.batch_alter_table("nudge", schema=None) as batch_op:
        batch_op.drop_index("ix_nudge_next_at")
        batch_op.drop_index("ix_nudge_conversation")

    op.drop_table("nudge")
    with op.batch_alter_table("note", schema=None) as batch_op:
        batch_op.drop_index("ix_note_conversation")

    op.drop_table("note")
    with op.batch_alter_table("holding", schema=None) as batch_op:
        batch_op.drop_index("ix_holding_conversation")

    op.drop_table("holding")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_conversation")

    op.drop_table("decision")
    with op.batch_alter_table("concern", schema=None) as batch_op:
        batch_op.drop_index("ix_concern_review_on")
        batch_op.drop_index("ix_concern_conversation")

    op.drop_table("concern")
    with op.batch_alter_table("route_test", schema=None) as batch_op:
        batch_op.drop_index("ix_route_test_service")

    op.drop_table("route_test")
    op.drop_table("membership")
    op.drop_table("duty")
    op.drop_table("device")
    with op.batch_alter_table("cover", schema=None) as batch_op:
        batch_op.drop_index("ix_cover_worker")
        batch_op.drop_index("ix_cover_by")

    op.drop_table("cover")
    with op.batch_alter_table("sign_in_try", schema=None) as batch_op:
        batch_op.drop_index("ix_sign_in_try_who")
        batch_op.drop_index("ix_sign_in_try_whence")
        batch_op.drop_index("ix_sign_in_try_at")

    op.drop_table("sign_in_try")
    op.drop_table("audit")
