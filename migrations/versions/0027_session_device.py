"""In which browser or program a session was begun."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("token") as table:
        table.add_column(sa.Column("device", sa.String(60), nullable=False, server_default=""))


def downgrade() -> None:
    with op.batch_alter_table("token") as table:
        table.drop_column("device")
