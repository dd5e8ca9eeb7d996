"""Papers remember how they were sealed."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("paper") as table:
        table.add_column(sa.Column("unsealed_sha256", sa.String(64), nullable=False, server_default=""))
        table.add_column(sa.Column("seal_level", sa.String(8), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("paper") as table:
        table.drop_column("seal_level")
        table.drop_column("unsealed_sha256")
