"""What allows us to keep what people say, in each record of an agreement"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

NAMES = ("lawful_basis", "special_condition")


def upgrade() -> None:
    with op.batch_alter_table("agreement") as agreement:
        for name in NAMES:
            agreement.add_column(sa.Column(name, sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("agreement") as agreement:
        for name in NAMES:
            agreement.drop_column(name)
