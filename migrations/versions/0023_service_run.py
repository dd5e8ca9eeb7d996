"""When the installation was at work, so that a dossier can tell its downtimes."""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "service_run",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("alive_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_run")),
    )
    op.create_index("ix_service_run_started_at", "service_run", ["started_at"])
    op.create_index("ix_service_run_alive_at", "service_run", ["alive_at"])


def downgrade() -> None:
    op.drop_table("service_run")
