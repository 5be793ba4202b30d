"""How far a provider's log of what came in was read back"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("account", sa.Column("read_to", sa.DateTime()))


def downgrade() -> None:
    with op.batch_alter_table("account") as account:
        account.drop_column("read_to")
