"""Phones tell which plan they hold and how long their round trip is; samples of their clocks are kept."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("device", sa.Column("clock_error_ms", sa.BigInteger(), nullable=True))
    json = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
    op.add_column("device", sa.Column("plans_held", json, nullable=True))
    op.create_table(
        "clock_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offset_ms", sa.BigInteger(), nullable=False),
        sa.Column("error_ms", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["device_id"], ["device.id"], name=op.f("fk_clock_sample_device_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_clock_sample")),
    )
    op.create_index("ix_clock_sample_device_id_at", "clock_sample", ["device_id", "at"])


def downgrade() -> None:
    op.drop_index("ix_clock_sample_device_id_at", table_name="clock_sample")
    op.drop_table("clock_sample")
    op.drop_column("device", "plans_held")
    op.drop_column("device", "clock_error_ms")
